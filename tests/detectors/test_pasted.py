"""
What people really paste, whole files and lines of them: settings, exports, command lines, letters. Each value that must
not pass, and honest texts that look like them; through everything that reads text, as it stands.
"""

# ruff: noqa: E501 (what is pasted has long lines)

from __future__ import annotations

import json

import pytest

from gateway.detectors.columns import Columns
from gateway.detectors.pii import pii
from gateway.detectors.secret import secret
from gateway.engine.scan import scan_parts
from gateway.types import Direction, Hit, Part, Role, Transcript

PROMPTS = (pii(), secret(), Columns())
ANSWERS = (pii(), secret(), Columns().bind(Transcript((), Direction.INPUT)))
# Where a machine is, and how old somebody is, is no secret here.
OPEN = ("pii/ipv4", "pii/age")

# `[[...]]` marks what must not pass.
PASTED = {
    "env": "APP_ENV=production\nDB_HOST=db.internal\nDB_PASSWORD=[[q7Wm!eRt2x]]\nSECRET_KEY_BASE=[[9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b]]\n",
    "env-export": "export PGPASSWORD='[[Lantern_42]]'\nexport JWT_SECRET=[[hT9vQ2mZx7Lk4Rb8Ns1W]]\n",
    "compose": "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: [[Walnut77pier]]\n      - MYSQL_ROOT_PASSWORD=[[t0pfDeckel]]\n",
    "k8s-secret": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\ndata:\n  username: c2hvcHVzZXI=\n  password: [[V2FsbnV0NzdwaWVyIQ==]]\n",
    "k8s-secret2": "apiVersion: v1\ndata:\n  DB_PASS: [[U29ubmUjMjAyNA==]]\n  api-token: [[djhMcTJadDZYdzlSazNCbjdZcDE=]]\nkind: Secret\n",
    "k8s-stringdata": "kind: Secret\nstringData:\n  password: [[Walnut77pier!]]\n",
    "tfstate": '{"resources": [{"type": "aws_db_instance", "instances": [{"attributes": {"username": "root1", "password": "[[kRz8!pLm3]]", "engine": "mysql"}}]}]}',
    "tfvars": 'db_username = "shop"\ndb_password = "[[kRz8!pLm3]]"\n',
    "npmrc": "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=[[npm_a8Fk2LmQ9xZt4RvB7nYwC3dE5fG6hJ1kL2mN]]\n",
    "npmrc-old": "//npm.firma.de/:_password=[[V2FsbnV0NzdwaWVyIQ==]]\n//npm.firma.de/:username=bob\n",
    "npmrc-auth": "_auth=[[Ym9iOldhbG51dDc3cGllciE=]]\nemail=[[bob@firma.de]]\n",
    "netrc": "machine api.firma.de\n  login bob\n  password [[Walnut77pier]]\n",
    "netrc1": "machine git.firma.de login bob password [[Walnut77pier]]\n",
    "git-remote": "origin\thttps://bob:[[gTk9wQz4mXv7]]@git.firma.de/team/app.git (fetch)\n",
    "git-remote2": "url = https://[[ghp_a8Fk2LmQ9xZt4RvB7nYwC3dE5fG6hJ1kL2mN]]@github.com/team/app.git\n",
    "git-cred": "https://bob:[[Walnut77pier]]@gitlab.firma.de\n",
    "curl-u": "curl -s -u bob:[[Walnut77pier]] https://api.firma.de/v1/orders\n",
    "curl-u2": "curl https://api.firma.de/v1/orders --user 'bob:[[Walnut77pier]]'\n",
    "curl-h": "curl -H 'X-Api-Key: [[v8Lq2Zt6Xw9Rk3Bn7Yp1]]' https://api.firma.de/v1\n",
    "curl-h2": 'curl -H "Authorization: Bearer [[v8Lq2Zt6Xw9Rk3Bn7Yp1aa]]" https://api.firma.de/v1\n',
    "curl-h3": 'curl -H "PRIVATE-TOKEN: [[v8Lq2Zt6Xw9Rk3Bn7Yp1]]" https://gitlab.firma.de/api\n',
    "curl-d": "curl -d 'username=bob&password=[[Walnut77pier]]&grant_type=password' https://id.firma.de/token\n",
    "curl-json": 'curl -d \'{"user":"bob","password":"[[Walnut77pier]]"}\' https://id.firma.de/login\n',
    "curl-cookie": "curl -b 'sessionid=[[k3v9x2m7q1w8e5r4t6y0u3i9o2p5a8s1]]' https://app.firma.de\n",
    "wget": "wget --user=bob --password=[[Walnut77pier]] https://files.firma.de/a.zip\n",
    "httpie": "http -a bob:[[Walnut77pier]] GET https://api.firma.de/orders\n",
    "postman": '{"auth": {"type": "basic", "basic": [{"key": "password", "value": "[[Walnut77pier]]", "type": "string"}, {"key": "username", "value": "bob", "type": "string"}]}}',
    "postman2": '{"auth": {"type": "apikey", "apikey": [{"key": "value", "value": "[[v8Lq2Zt6Xw9Rk3Bn7Yp1]]"}, {"key": "key", "value": "X-API-Key"}]}}',
    "postman3": '{"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "[[v8Lq2Zt6Xw9Rk3Bn7Yp1]]", "type": "string"}]}}',
    "postman-env": '{"values": [{"key": "client_secret", "value": "[[v8Lq2Zt6Xw9Rk3Bn7Yp1]]", "enabled": true}]}',
    "har": '{"request": {"headers": [{"name": "Authorization", "value": "Bearer [[v8Lq2Zt6Xw9Rk3Bn7Yp1aa]]"}, {"name": "Accept", "value": "*/*"}]}}',
    "har2": '{"headers": [{"name": "X-Api-Key", "value": "[[v8Lq2Zt6Xw9Rk3Bn7Yp1]]"}]}',
    "har3": '{"postData": {"params": [{"name": "password", "value": "[[Walnut77pier]]"}]}}',
    "har4": '{"cookies": [{"name": "sessionid", "value": "[[k3v9x2m7q1w8e5r4t6y0u3i9o2p5a8s1]]", "path": "/"}]}',
    "har5": '{"headers": [{"name": "Authorization", "value": "Basic [[Ym9iOldhbG51dDc3cGllciE=]]"}]}',
    "cookie": "Cookie: theme=dark; sessionid=[[k3v9x2m7q1w8e5r4t6y0u3i9o2p5a8s1]]; lang=de\n",
    "set-cookie": "Set-Cookie: sid=[[k3v9x2m7q1w8e5r4t6y0u3i9o2p5a8s1]]; Path=/; HttpOnly\n",
    "cookie-txt": ".firma.de\tTRUE\t/\tTRUE\t1767225600\tsession_token\t[[k3v9x2m7q1w8e5r4t6y0u3i9o2p5a8s1]]\n",
    "jdbc": "jdbc:postgresql://db:5432/shop?user=bob&password=[[Walnut77pier]]&ssl=true\n",
    "jdbc-ora": "jdbc:oracle:thin:bob/[[Walnut77pier]]@//db.firma.de:1521/ORCL\n",
    "jdbc-prop": "spring.datasource.url=jdbc:mysql://db/shop\nspring.datasource.username=shop\nspring.datasource.password=[[Walnut77pier]]\n",
    "jdbc-sql": "jdbc:sqlserver://db:1433;databaseName=shop;user=sa;password=[[Walnut77pier!]];encrypt=true\n",
    "ps-secure": '$pw = ConvertTo-SecureString "[[Walnut77pier!]]" -AsPlainText -Force\n',
    "ps-cred": "$cred = New-Object System.Net.NetworkCredential('bob', '[[Walnut77pier!]]')\n",
    "ssh-config": "Host jump\n  HostName 203.0.113.9\n  User bob\n  # password: [[Walnut77pier!]]\n",
    "wp-config": "define( 'DB_USER', 'wp' );\ndefine( 'DB_PASSWORD', '[[Walnut77pier!]]' );\ndefine( 'AUTH_KEY', '[[x#9Lq$2Zt6&Xw9Rk!3Bn7Yp1*aaQ8wE2rT5yU]]' );\n",
    "appsettings": '{"ConnectionStrings": {"Default": "Server=db;Database=shop;User Id=sa;Password=[[Walnut77pier!]];"}}',
    "appsettings2": '{"Jwt": {"Issuer": "firma", "Key": "[[v8Lq2Zt6Xw9Rk3Bn7Yp1v8Lq2Zt6]]"}, "Smtp": {"Host": "m", "Password": "[[Walnut77pier!]]"}}',
    "slack-export": '{"type": "message", "user": "U02AB3", "text": "vpn login is bob / [[Walnut77pier!]] , dont share"}',
    "slack2": "bob  10:42 AM\nhey, the admin pw for staging is [[Walnut77pier!]]\nann  10:43 AM\nthx\n",
    "mail-sig": "Best regards\nDr. Maria Keller\nHead of Sales\nT [[+49 30 90184711]] | M [[+49 171 5550199]]\n[[maria.keller@webfirma.de]]\n",
    "cv": "CURRICULUM VITAE\nName: Maria Keller\nDate of birth: [[14.03.1988]]\nPhone: [[+49 171 5550199]]\nEmail: [[maria.keller@webfirma.de]]\n",
    "medical": "Patient: Keller, Maria   DOB: [[14/03/1988]]   MRN: [[48213377]]\nNHS No: [[943 476 5919]]\nDiagnosis: migraine\n",
    "medical-de": "Patientin: Maria Keller, geb. am [[14.03.1988]], Versichertennummer: [[A123456780]]\n",
    "invoice": "Please pay 1.240,00 EUR to\nIBAN: [[DE44 5001 0517 5407 3249 31]]\nBIC: INGDDEFFXXX\nUSt-IdNr.: [[DE136695976]]\n",
    "mrz": "P<D<<KELLER<<MARIA<ANNA<<<<<<<<<<<<<<<<<<<<<<\n[[C01X00T478D<<6408125F2702283<<<<<<<<<<<<<<<4]]\n",
    "mrz-id": "[[I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<]]\n",
    "statement": "Date       Description        Amount\n02.05.2024 Card [[4556 7375 8689 9855]] SUPERMARKT  -23,40\nAccount: [[DE44500105175407324931]]\n",
    "chat": "[12:01] Bob: whats the wifi?\n[12:02] Ann: wifi password is [[sunflower99]]\n",
    "sheet": "Name\tEmail\tPassword\nBob\t[[bob@firma.de]]\t[[Walnut77pier]]\n",
    "sheet2": "Mitarbeiter\tGeburtsdatum\tSteuer-ID\nKeller\t[[14.03.1988]]\t[[86095742719]]\n",
    "ansible": "ansible_user: bob\nansible_ssh_pass: [[Walnut77pier]]\nansible_become_password: [[Walnut78pier]]\n",
    "docker-login": "echo [[Walnut77pier]] | docker login -u bob --password-stdin registry.firma.de\n",
    "mysql-cnf": "[client]\nuser=root\npassword=[[Walnut77pier]]\n",
    "pypirc": "[pypi]\nusername = __token__\npassword = [[pypi-AgEIcHlwaS5vcmcCJDU4ZGE0ZTk3LWQ1YjctNGI1ZS05YzU4LTBkYzU2YjA1YWRmMwACKlszLCI]]\n",
    "aws-cred": "[default]\naws_access_key_id = [[AKIAQ3EGPLTZ7M4NXV2R]]\naws_secret_access_key = [[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]]\n",
    "gcp": '{"type": "service_account", "private_key_id": "[[3f9a7c1e5b8d2f4a6c0e9b7d5a3f1c8e2b4d6f8a]]", "client_email": "[[x@p.iam.gserviceaccount.com]]"}',
    "htpasswd": "bob:[[$apr1$x9Lq2Zt6$Xw9Rk3Bn7Yp1v8Lq2Zt6X.]]\n",
    "shadow": "root:[[$6$x9Lq2Zt6$Xw9Rk3Bn7Yp1v8Lq2Zt6X/x9Lq2Zt6Xw9Rk3Bn7Yp1v8Lq2Zt6Xw9Rk3Bn7Yp1v8Lq2Zt6XaaBBccDDXw9Rk3B]]:19000:0:99999:7:::\n",
    "redis-url": "REDIS_URL=redis://:[[Walnut77pier]]@cache:6379/0\n",
    "django": "DATABASES = {'default': {'USER': 'shop', 'PASSWORD': '[[Walnut77pier]]'}}\nSECRET_KEY = '[[django-insecure-x#9lq$2zt6&xw9rk!3bn7yp1*aaq8we2rt5yu]]'\n",
    "kubeconfig": "users:\n- name: admin\n  user:\n    token: [[v8Lq2Zt6Xw9Rk3Bn7Yp1v8Lq2Zt6]]\n    client-key-data: [[LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVBeDlMcTJadDZYdzlSazNCbjdZcDF2OExxMlp0Nlh3OVJrM0JuN1lwMXY4THEyWnQ2WHc5UgprM0JuN1lwMXY4THEyWnQ2WHc5UmszQm43WXAx]]\n",
    "vault": "vault login [[hvs.CAESIJ2v8Lq2Zt6Xw9Rk3Bn7Yp1v8Lq2Zt6Xw9Rk3Bn7Yp1GhoKHGh2cy4]]\n",
    "rails": "secret_key_base: [[9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b]]\n",
    "paypal": "My card is [[4556-7375-8689-9855]], exp 04/27, CVV [[737]]\n",
}
HONEST = (
    "Order number 4500-1234-8876 shipped on 12.03.2024 with tracking.",
    "Your order #A7391-22841 is ready for pickup.",
    "Commit 9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b8d4e6f0a fixes the bug.",
    "sha256:9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b9f3c1b7a5d2e8c4f6a0b9d7e3c5a1f2b",
    "request_id=3f2504e0-4f89-11d3-9a0c-0305e82c3301 took 35 ms",
    "Upgrade from v2.14.3-rc.1 to v3.0.0 today.",
    "ISBN 978-3-16-148410-0 is out of print; ISBN-10 0-306-40615-2 too.",
    "See gateway/engine/scan.py:128:14 and line 42, column 7.",
    "AWS docs use AKIAIOSFODNN7EXAMPLE and wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.",
    "Stripe's test card is mentioned in the docs, sk_test_ keys are for tests.",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt.",
    "password: your-password-here\nuser: your-user-here",
    "DB_PASSWORD=${DB_PASSWORD}\nAPI_KEY=<your key>\n",
    "password = getpass.getpass('Password: ')\nif len(password) < 12: raise ValueError",
    "def check(password: str, token: str | None = None) -> bool:",
    "The token limit is 128000 and each token costs 0.00001 USD.",
    "max_tokens: 4096\ntemperature: 0.7\ntop_p: 0.95",
    "token,count\nthe,12345\nhello,222\n",
    "| Parameter | Type | Default |\n|---|---|---|\n| password | string | none |\n| token | string | none |\n",
    "| Feature | Password | Passkey |\n|---|---|---|\n| Phishing resistant | No | Yes |\n| Works offline | Yes | Yes |\n",
    "| Field | Rule |\n|---|---|\n| password | min. 8 characters |\n| PIN | 4 digits |\n",
    "| Pin | Signal |\n|---|---|\n| 1 | VCC |\n| 14 | GPIO14 |\n",
    "Test,Pass,Fail\nLogin,12,3\nLogout,15,0\n",
    "Device,Mobile,Desktop\nVisits,123456,88123\n",
    "| Country | Phone code | Currency |\n|---|---|---|\n| Germany | +49 | EUR |\n| France | +33 | EUR |\n",
    "Card | Value\n---|---\nAce | 11\nKing | 10\nSeven of Hearts | 7\n",
    "| Token | Meaning |\n|---|---|\n| IDENTIFIER | a name |\n| NUMBER | 42 |\n",
    "| Secret | Mounted at |\n|---|---|\n| db-credentials | /etc/db |\n| tls-cert | /etc/tls |\n",
    "Key | Value\nsession_timeout | 3600\npassword_policy | strict2\n",
    "| Algorithm | Hash | Bits |\n|---|---|---|\n| MD5 | d41d8cd98f00b204e9800998ecf8427e | 128 |\n",
    "name,pass\nUnit tests,98.5%\nE2E,87%\n",
    "| Plan | Price | PIN required |\n|---|---|---|\n| Basic | 9.99 | no |\n",
    "The chapter 4, verse 12 has 2024 words, and 1600 pages in 4 volumes.",
    "Coordinates in the plot are (128, 456) and (1024, 768).",
    "Room 4711, floor 12, building 7; seat 23A; flight LH 400 to JFK.",
    "Part no. 8N0-129-620-A costs 45.90 EUR, EAN 4006381333931.",
    "Figures: 1234 5678 9012 3456 units were produced in 12 plants.",
    "Mersenne prime 2147483647 and 3.14159265358979 are constants.",
    'integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC"',
    "npm package lodash@4.17.21 resolved https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz",
    '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="',
    "go.sum: github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "docker run -u 1000 -p 8080:80 -e PASSWORD_FILE=/run/secrets/pw nginx:1.25",
    'curl -u "$USER:$PASS" https://api.firma.de/v1',
    "curl -H 'Authorization: Bearer $TOKEN' https://api.firma.de/v1",
    "http --auth user:$PASS GET https://api.firma.de",
    "echo $PASS | docker login -u joe --password-stdin reg.firma.de",
    "echo done | tee log.txt; echo 'Hello2World' | wc -c",
    '{"headers": [{"name": "Content-Type", "value": "application/json; charset=utf-8"}, {"name": "X-Request-Id", "value": "3f2504e0-4f89-11d3-9a0c-0305e82c3301"}]}',
    '{"key": "password", "value": "{{password}}", "type": "string"}',
    '{"cookies": [{"name": "theme", "value": "dark-mode-2024-edition-x"}, {"name": "lang", "value": "de-DE"}]}',
    "Cookie: theme=dark; consent=accepted-2024-03-12-analytics; lang=de",
    '{"Jwt": {"Issuer": "https://id.firma.de", "Key": "set-in-environment"}}',
    "define( 'AUTH_KEY', 'put your unique phrase here' );\ndefine( 'WP_DEBUG', false );",
    "SECRET_KEY = os.environ['DJANGO_SECRET_KEY']\nDEBUG = False",
    "regex: ^\\d{3}-\\d{2}-\\d{4}$ matches a social security number; \\u0041 is the letter A.",
    "Windows path C:\\\\Users\\\\bob\\\\u0041pp and C:\\Users\\ulrich\\x64\\bin.",
    'The string "\\\\u00e9" in Java source is an escaped e with accent.',
    "kind: ConfigMap\ndata:\n  greeting: SGVsbG8gV29ybGQ=\n  mode: cHJvZHVjdGlvbg==\n",
    "token: c29tZS1leGFtcGxlLXRleHQ=\n",
    "IBAN format: DE followed by 20 digits, e.g. DEkk bbbb bbbb cccc cccc cc.",
    "The pin is 5 mm long, pin 4821 of the connector does not exist; pw for the relay is 12 watts.",
    "Born in 1988, the company moved in 2004; geb. am Rande bemerkt.",
    'HEADING<<MAIN<<BODY and a<<b<<c shift operators; cout << "x" << endl;',
    "user, password, and token are the names of the fields.\nEach is a string, required, and trimmed.\n",
    "First, the phone\nsecond, the tablet\nthird, 4821 things\n",
    "Name,Token,Score\nAlice,noun,0.91\nran,verb2,0.88\n",
    "| Step | Secret sauce |\n|---|---|\n| 1 | Simmer 20min! |\n",
    "| Date | Card | Type |\n|---|---|---|\n| 2024 | Dragon7 | rare |\n",
    "grant_type=password&scope=openid&client=web1",
    "?reset_password=true&step=2&lang=en",
    "password=required&min=8&max=64",
)


def hits(text: str, *, answer: bool = False, json_text: bool = False) -> list[Hit]:
    detectors = [d for d in (ANSWERS if answer else PROMPTS) if d is not None]
    role = Role.ASSISTANT if answer else Role.USER
    scan = scan_parts(detectors, [Part(text, role=role, json=json_text)])
    assert not scan.errors
    return [hit for hit in scan.hits if hit.finding.category not in OPEN]


def covered(text: str, value: str, found: list[Hit]) -> bool:
    """Is each place where it stands within findings?"""
    hidden = {i for hit in found for i in range(*hit.finding.span)}
    places = [at for at in range(len(text)) if text.startswith(value, at)]
    return bool(places) and all(i in hidden for at in places for i in range(at, at + len(value)))


@pytest.mark.parametrize("name", PASTED)
def test_what_is_pasted_is_found(name: str) -> None:
    values = [piece.partition("]]")[0] for piece in PASTED[name].split("[[")[1:]]
    text = PASTED[name].replace("[[", "").replace("]]", "")
    inside = json.dumps({"text": text}, ensure_ascii=False)
    for value in values:
        for line in value.split("\n"):
            assert covered(text, line, hits(text)), line
            assert covered(text, line, hits(text, answer=True)), line
            assert covered(inside, json.dumps(line)[1:-1], hits(inside, json_text=True)), line


@pytest.mark.parametrize("text", HONEST)
def test_what_looks_like_it_is_left_alone(text: str) -> None:
    assert [(hit.finding.category, hit.text) for hit in (*hits(text), *hits(text, answer=True))] == []
