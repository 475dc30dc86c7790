"""
Orders planted in what a tool returns, in files and in descriptions of tools. (pattern, score)

People say much of this to each other, and to a model in a prompt of their own; where a tool or a document says it, it
is seldom meant for a reader. So these rows are for such texts only. Each asks for two halves: whom it is said to or
when it holds, and something that the user would have to be asked about.
"""

from __future__ import annotations

from gateway.detectors.injection.english import END, START

__all__ = ["PHRASES"]

_W = r"[\w'’/-]{1,16}"  # a word
_GAP = rf"(?:{_W},?[ ]){{0,5}}"
_SO = r"(?:[^.!?\n]{0,60}[^\w.!?\n])?"  # more of the same sentence
_USER = r"(?:user|customer|owner|human|client|account[ ]holder)"
_USERS = rf"(?:the|your|their|this|each)[ ]{_USER}(?:.?s)?"

# A program that reads, named as one. "The assistant" may be a person, and so needs more beside it.
_READER = (
    r"(?:(?:ai|llm|software|automated|automatic|autonomous|coding|reading|browsing|searching|shopping|screening"
    r"|triage|e-?mail|mail|summari[sz]ing|language|virtual|digital)[ -](?:agent|assistant|model|tool|bot|contributor"
    r"|reader|helper|reviewer|programmer|pair[ ]programmer)s?|ai[ ]pair[ ]programmer|summari[sz]ers?|chat-?bots?|llms?"
    r"|(?:the|your|any|this|every|whichever|an)[ ](?:[a-z]{2,12}[ ]){0,2}(?:agent|assistant|bot|model|ai))"
)
_MUST = (
    r"(?:must|should|shall|has[ ]to|have[ ]to|needs?[ ]to|is[ ]to|are[ ]to|will[ ]now|should[ ]now|can[ ]now"
    r"|is[ ](?:required|allowed|authori[sz]ed|permitted|expected)[ ]to|has[ ](?:standing[ ])?permission[ ]to)"
)
_THEN = r"(?:(?:also|first|then|now|always|immediately|silently|quietly|please|directly|just|next|instead)[ ])"

_SEND = (
    r"(?:send|forward|e-?mail|mail|post|upload|transmit|submit|append|attach|include|quote|push|share|repeat|pass|copy"
    r"|report|leak|paste|put|add)(?:s|es|ing)?"
)
_HELD = (
    rf"(?:{_USERS}[ ](?:[a-z]{{2,12}}[ ])?(?:data|address|e-?mails?|messages?|phone|telephone|number|location|files"
    rf"|name"
    r"|cookies?|password|history|calendar|inbox|contacts|card|order|documents|details|conversation)"
    r"|(?:their|his|her)[ ](?:[a-z]{2,12}[ ])?(?:data|e-?mails?|messages?|files|password|contacts|inbox|calendar"
    r"|location)"
    r"|(?:last|previous|recent)[ ](?:[a-z]{2,8}[ ])?(?:messages|mails|e-?mails)|(?:whole|entire|full|complete"
    r"|current)[ ](?:conversation|chat|message|session|context|thread|history|inbox)"
    r"|(?:message|chat|conversation|session)[ ](?:history|log|so[ ]far)|session[ ]cookie"
    r"|deploy[ ]keys?|private[ ]keys?|api[ ]keys?|ssh[ ]keys?|secrets?|credentials|access[ ]tokens?|system[ ](?:message"
    r"|prompt)|tool[ ]list|environment[ ]variables|(?:mails|messages)[ ](?:below|above))"
)
_DESTROY = (
    r"(?:delet|remov|wip|eras|trash|clos|cancel|archiv|purg|empt)(?:e|es|s|y|ing)?[ ](?:all|every|any|each"
    rf"|both|{_USERS}|his|her|their)[ ]"
)
_SPEND = (
    r"(?:transfer|pay|wire|buy|purchase|book|send)(?:s|ing)?[ ](?:the[ ]|a[ ])?(?:[$€£]?[ ]?\d|deposit|amount|money"
    r"|funds"
    r"|cheapest|invoice|balance|payment)"
)
_HARM = (
    r"(?:(?:disabl|turn(?:s|ing)?[ ]off|switch(?:es|ing)?[ ]off|skip(?:s|ping)?|bypass(?:es|ing)?)(?:e|es|ing)?[ ]"
    r"(?:all[ ]|the[ ]|any[ ]|every[ ])?(?:[a-z]{2,12}[ ])?(?:tests?|checks?|protection|review|warnings?|confirmations?"
    r"|verification|logging|alarm)|merge(?:s)?[ ]without|(?:unlock|open)s?[ ]the[ ](?:[a-z]{2,10}[ ])?(?:door|lock|gate"
    r"|safe)|grants?[ ](?:[\w'-]{1,14}[ ]){0,3}(?:access|rights|permissions?|editor|admin)"
    r"|(?:run|execute)s?[ ][`'\"]?(?:curl|wget|bash|sh|sudo|rm|powershell)[ ])"
)
_STEER = (
    r"(?:(?:rank|place|list|rate|put|grade)s?[ ](?:[\w'-]{1,16}[ ]){1,4}(?:first|top|highest|best)"
    r"|(?:leave|leaves|leaving)[ ]out[ ]|omits?[ ]|gives?[ ](?:[\w'-]{1,12}[ ]){0,3}(?:top|best|highest|full)"
    r"[ ](?:grade"
    r"|score|marks?|rating)|recommends?[ ](?:[\w'-]{1,14}[ ]){1,4}(?:at[ ]once|above|over|only|first|instead))"
)
_HIDE = (
    r"(?:(?:(?:do|does)[ ]not|don.?t|never|without)[ ](?:mention|tell|comment|report|list|ask|inform|notify|show|reveal"
    r"|disclose)(?:ing)?|sa(?:y|ys|ying)[ ]nothing)"
)
_DEED = rf"(?:{_SEND}[ ]{_GAP}{_HELD}|{_DESTROY}|{_SPEND}|{_HARM}|{_STEER}|{_HIDE})"

_READS = (
    r"(?:read|process|summari[sz]|pars|screen|grad|rank|compar|complet|translat|condens|review|rat|classif|triag|prepar"
    r"|index|crawl|brows|search|evaluat|analy[sz]|handl|generat|sort|judg|filter)(?:e|es|s|y|ies|ing|ses)?"
)

_TOLD = (
    (START + rf"(?P<v>{_READER}[ ]{_MUST}[ ]{_THEN}{{0,2}}{_DEED})", 0.75),
    (START + rf"(?P<v>(?:now|next|then|finally|therefore|here)[ ,]{{1,2}}{_READER}[ ]{_THEN}?{_DEED})", 0.75),
    # The one who reads this, whoever it is, as long as it does so by itself.
    (
        START + rf"(?P<v>(?:who(?:so)?ever|whichever[ ](?:[a-z]{{2,12}}[ ]){{1,3}}(?:is[ ])?|(?:the|any)"
        rf"[ ](?:[a-z]{{2,12}}[ ])?"
        rf"(?:model|agent|assistant|bot|ai|tool|program|software|system)[ ](?:that|which|who)[ ]|{_READER}"
        rf"[ ](?:that|which"
        rf"|who)[ ]){_GAP}{_READS}[ ]{_SO}{_DEED})",
        0.75,
    ),
    (
        r"(?i)(?:^|[\n.!?>)\]*-])[\s*#>(\[]{0,6}(?P<v>(?:(?:to|for|dear|attention|attn|hey|note[ ]to|note[ ]for"
        r"|message[ ]to)[ ]"
        rf"(?:the[ ]|all[ ]|any[ ])?)?(?:{_READER}|agents?"
        rf"|assistants?)[ ]?[)\]]?[:,;][ \n]{{1,3}}{_THEN}{{0,2}}{_SO}{_DEED})",
        0.75,
    ),
    # Told as if it were so: "Before showing the balance, the agent transfers 50".
    (
        START + rf"(?P<v>(?:before|prior[ ]to|after|when(?:ever)?|while|upon|on)[ ](?:you[ ])?(?:show|answer|reply|repl"
        rf"|respond"
        rf"|summari[sz]|return|continu|condens|display|read|open|giv|prepar)(?:e|s|y|ies|ing)?[ ]{_SO}(?:the|your"
        rf"|any)[ ]"
        rf"(?:[a-z]{{2,12}}[ ])?(?:agent|assistant|model|bot|ai)[ ]{_THEN}?(?:{_MUST}[ ])?{_THEN}?{_DEED})",
        0.8,
    ),
    (
        START + r"(?P<v>(?:your|the[ ](?:agent|assistant|model|ai)(?:.?s)?)[ ](?:next|first|following)[ ](?:tool"
        r"|function)[ ]?"
        r"calls?[ ](?:should|must|has[ ]to|needs[ ]to|shall|will|is))" + END,
        0.8,
    ),
    (
        START
        + rf"(?P<v>(?:do[ ]not|don.?t)[ ](?:summari[sz]e|translate|answer|review|analy[sz]e)[ ](?:{_W}[ ]){{1,4}}{_W}"
        rf"[.,;!][ ](?:but[ ])?(?:instead|rather)[, ]{{1,2}}{_THEN}?(?:write|say|tell|reply|call|send|output|answer"
        rf"|respond|open|print)){END}",
        0.8,
    ),
)

# What the user is said to want, or to have agreed to.
_AGREED = (
    r"(?:agreed|approved|consented|authori[sz]ed|confirmed|granted|pre-?approved|accepted|allowed|signed[ ]off"
    r"|permitted)"
)
_UNASKED = (
    r"(?:no[ ](?:further[ ]|more[ ]|other[ ])?(?:confirmation|approval|consent|check|permission)s?"
    r"|without[ ](?:asking|confirm|further|approval|checking)|(?:do[ ]not|don.?t|need[ ]not|no[ ]need[ ]to)"
    r"[ ](?:ask|wait"
    r"|confirm|bother|check)|proceed|go[ ]ahead|complete[ ](?:the[ ])?(?:checkout|purchase|payment|transfer|order))"
)
_FORGED = (
    (
        START
        + rf"(?P<v>(?:the|your)[ ]{_USER}[ ](?:has[ ]|have[ ]|had[ ])?(?:already[ ]|previously[ ]|just[ ]|earlier[ ])?"
        rf"(?:been[ ]asked[ ]and[ ]|g(?:iven|ave)[ ](?:[a-z]{{2,8}}[ ]){{0,2}})?(?:{_AGREED}|approval|consent"
        rf"|permission)"
        rf"[^\n]{{0,80}}[^\w\n]{_UNASKED})",
        0.8,
    ),
    (
        START
        + rf"(?P<v>(?:the|your)[ ]{_USER}(?:.?s)?[ ](?:real|actual|true|latest|hidden|underlying)[ ](?:question|request"
        rf"|intent|intention|goal|task|message|wish|order)[ ](?:was|is|were)){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:continuation|continued|rest|remainder|second[ ]part|end)[ ]of[ ](?:the[ ]|your"
        rf"[ ]){_USER}(?:.?s)?[ ]"
        rf"(?:message|request|prompt|question|order|task)){END}",
        0.8,
    ),
    (
        START
        + rf"(?P<v>(?:the|your)[ ](?:user|owner|human)[ ](?:has[ ]|had[ ]|also[ ]|just[ ]|now[ ]|already[ ]|further"
        rf"[ ]){{1,3}}"
        rf"(?:asked|told|instructed|ordered|requested|authori[sz]ed|wants|asks)[ ](?:you|the[ ](?:assistant|agent"
        rf"|model|ai))"
        rf"[ ](?:also[ ])?to){END}",
        0.75,
    ),
    (
        START
        + rf"(?P<v>(?:skip|skips|skipping|omit|omitting|leave[ ]out|drop)[ ](?:the[ ]|any[ ])(?:check|confirmation"
        rf"|approval"
        rf"|consent|question|verification)s?[ ](?:with|of|by|from)[ ](?:the|your)[ ]{_USER}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>no[ ]need[ ]to[ ](?:bother|ask|consult|inform|tell|notify|wait[ ]for|check[ ]with|involve)"
        rf"[ ](?:the|your)"
        rf"[ ]{_USER}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:not[ ](?:to[ ]be[ ]|be[ ])?|never[ ](?:be[ ])?)(?:told|shown|mentioned|disclosed|revealed"
        rf"|reported"
        rf"|said|visible|communicated)[ ]to[ ](?:the|your)[ ]{_USER}){END}",
        0.75,
    ),
    (
        START
        + rf"(?P<v>{_HIDE}[ ](?:this|it|that|these|them|the)(?:[ ]{_W}){{0,2}}[ ]in[ ](?:your|the|their|its|any)[ ]"
        rf"(?:summary|answer|reply|response|report|output|digest|overview)){END}",
        0.8,
    ),
)

# Not now, but when somebody says something.
_SAYS = r"(?:says?|writes?|types?|asks?|replies|mentions?|confirms?|thanks?|responds?|answers?|sends?|uses?|logs?[ ]in)"
_SIGN_IN = (
    rf"tells?[ ](?:them|him|her|the[ ]{_USER})[ ]{_SO}(?:expired|sign[ ]in|log[ ]?in|password|verify|re-?enter"
    rf"|suspended"
    r"|locked|pay|download|install)"
)
_LATER = (
    (
        START + rf"(?P<v>(?:as[ ]soon[ ]as|once|when(?:ever)?|if|the[ ](?:next|first)[ ]time(?:[ ]that)?|after|until)"
        rf"[ ](?:the|your)"
        rf"[ ]{_USER}[ ](?:(?:next|later|ever|again|then)[ ])?{_SAYS}{END}(?:[^.!\n]{{0,60}}[,;:]|[^.!\n]{{0,60}}"
        rf"[ ]then)?[ ]{{0,2}}(?:and[ ])?{_THEN}{{0,2}}(?:{_SEND}[ ]{_GAP}"
        rf"{_HELD}|{_SEND}[ ](?:the[ ]|all[ ])?contents?[ ]of|{_DESTROY}|delete[ ]the[ ]|{_SPEND}|{_HARM}|{_SIGN_IN}))",
        0.75,
    ),
    (
        START + rf"(?P<v>(?:wait|hold[ ](?:back|off)|do[ ]nothing|stay[ ](?:silent|quiet))[ ](?:until|till|before)"
        rf"[ ](?:the[ ]"
        rf"(?:conversation|chat|talk|topic|subject|{_USER}[ ](?:{_SAYS}|talks|brings|comes[ ]to|is[ ](?:about"
        rf"|asking))))"
        rf"[^.!\n]{{1,60}}[^\w.!\n](?:and[ ]then|then)){END}",
        0.75,
    ),
    (
        START + r"(?P<v>(?:do[ ]nothing|say[ ]nothing|stay[ ](?:silent|quiet|passive)|behave[ ]normally|act"
        r"[ ]normal(?:ly)?|not[ ]yet"
        r"|not[ ]now)(?:[ ](?:now|yet|for[ ]now|at[ ]first|until[ ]then))?[.,;:][^.!?\n]{0,60}[^\w.!?\n](?:message"
        r"|turn|reply"
        rf"|request|question|session|conversation)s?{END}[^.!?\n]{{0,40}}[^\w.!?\n](?:call|send|open|run|delete"
        rf"|reveal|invoke"
        rf"|forward|print)){END}",
        0.75,
    ),
    (
        START + r"(?P<v>(?:on|at|in|with|after)[ ](?:the|your)[ ](?:next|second|third|fourth|fifth|sixth|tenth|last)"
        r"[ ](?:message|turn"
        rf"|reply|answer|request|prompt)[^.!?\n]{{0,30}}, ?{_THEN}?(?:call|send|open|run|delete|reveal|invoke|forward"
        rf"|print|transfer|execute)){END}",
        0.75,
    ),
)

# To be remembered: what outlives the page that said so.
_MEMORY = (
    r"(?:your|its|the[ ](?:agent|assistant|model)(?:.?s)?|long[ -]?term|permanent|persistent|lasting)"
    r"[ ](?:[a-z-]{3,12}[ ]){0,2}"
    r"(?:memory|memories|notebook|profile|preferences?|notes)"
)
_TRUST = (
    r"(?:trust(?:s|ed)?|ignor(?:e|ed|ing)|without[ ](?:asking|confirm\w{0,6}|approval|a[ ]check)|no"
    r"[ ](?:confirmation|approval|check"
    r"|warning|question)s?|confirmations?|warnings?|(?:has|have)[ ](?:approved|agreed|consented|allowed)|as"
    r"[ ](?:coming[ ]from"
    r"|safe|the[ ](?:owner|user|administrator))|safe[ ]sender|always[ ](?:use|recommend|buy|open|send|run|book|go)"
    r"|(?:all|future|every)[ ](?:purchase|order|payment|booking|download)s?|administrator|whitelist(?:ed)?"
    r"|allow-?list(?:ed)?)"
)
_KEPT = (
    (
        START + rf"(?P<v>(?:stor|sav|add|writ|keep|put|record|remember|persist|commit|not|enter)(?:e|es|s|ing)?"
        rf"[ ](?:[^.!?\n]{{0,100}}"
        rf"[^\w.!?\n])?(?:in|into|to|as|for)[ ]{_MEMORY}(?:[^\n]{{0,120}}[^\w\n])?{_TRUST}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:stor|sav|add|writ|keep|put|record|remember|persist|commit|not|enter)(?:e|es|s|ing)?"
        rf"[ ](?:[^.!?\n]{{0,60}}"
        rf"[^\w.!?\n])?{_TRUST}[ ](?:[^.!?\n]{{0,60}}[^\w.!?\n])?(?:in|into|to|as|for)[ ]{_MEMORY}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>(?:for|fact[ ]for|note[ ]for|entry[ ]for|(?:from[ ])?across|in|for[ ]all)[ ](?:{_MEMORY}"
        rf"|(?:future|later"
        rf"|coming|all|new)[ ](?:sessions|chats|conversations|tasks|requests)|sessions)[ ]?[:,;]"
        rf"[ ](?:[^\n]{{0,120}}[^\w\n])?"
        rf"{_TRUST}){END}",
        0.75,
    ),
    (
        START
        + rf"(?P<v>(?:keep[ ]in[ ]mind|remember|note|know|bear[ ]in[ ]mind)[ ](?:this[ ]|that[ ])?(?:for|in|during)"
        rf"[ ](?:all[ ]"
        rf"|any[ ]|every[ ])?(?:future|later|coming|following|further)[ ](?:task|session|chat|conversation|request"
        rf"|visit)s?{END}"
        rf"[^\n]{{0,100}}[^\w\n]{_TRUST}){END}",
        0.75,
    ),
)

# Descriptions of tools that speak of other tools, or want more than their argument.
_TOOLS = (
    (
        START
        + r"(?P<v>(?:pass|include|send|provide|put|supply|copy|add)[ ](?:in[ ])?(?:the|all|your)[ ](?:whole|entire"
        r"|full|complete"
        rf"|previous|current)?[ ]?(?:conversation|chat|dialog(?:ue)?|context|history"
        rf"|messages)[^.\n]{{0,60}}[^\w.\n](?:system[ ](?:message"
        rf"|prompt)|tool[ ]results?|secrets?|credentials|keys|passwords?|tokens?)s?){END}",
        0.8,
    ),
    (
        START + r"(?P<v>(?:other|all[ ]other|every[ ]other)[ ](?:[a-z_-]{2,16}[ ]){0,3}(?:tools?|servers?|functions?"
        r"|plug-?ins?)[ ](?:is|are)[ ]"
        r"(?:[a-z]{2,10}[ ](?:and[ ])?){0,2}(?:deprecated|dangerous|unsafe|broken|unreliable|disabled|compromised"
        r"|insecure"
        r"|forbidden))" + END,
        0.75,
    ),
    (
        START
        + rf"(?P<v>(?:this[ ](?:one|tool|server|function|page|site)|it)[^.!?\n]{{0,40}}[^\w.!?\n]even[ ](?:if|when"
        rf"|though)[ ](?:the"
        rf"|your)[ ]{_USER}[ ](?:asks|wants|requests|says|names|prefers|objects|tells|insists)){END}",
        0.8,
    ),
    (
        START + r"(?P<v>(?:must|has[ ]to|have[ ]to|always"
        r"|should)[^.!?\n]{0,50}[^\w.!?\n]b?cc[ ]?[=:][ ]?[\"'`]?[\w.+-]{1,40}@)",
        0.8,
    ),
)

# Addresses to be filled with what was said.
_SAID = (
    rf"(?:what[ ]the[ ]{_USER}[ ](?:said|told|wrote|asked|typed)|{_USERS}[ ](?:[a-z-]{{2,12}}[ ])?(?:e-?mail"
    rf"|address|name|order|phone"
    r"|message|question|data|password|location|number|query)|(?:the[ ])?(?:chat|conversation|messages?)(?:[ ]so"
    r"[ ]far|[ ]history)?"
    r"|last[ ](?:[a-z]{2,8}[ ])?message)"
)
_ADDRESSES = (
    (
        r"(?i)(?P<v>https?://[^\s\"')>]{3,120}[=/][ ]?(?:<|\{{1,2}|\[)[^>}\]\n]{0,30}(?:(?:last|previous|first"
        r"|latest)[ _]"
        r"(?:user[ _])?(?:message|question|prompt)|conversation|chat[ _](?:so|history|log)|so[ _]far|user.?s[ ]"
        r"|system[ _]prompt)"
        r"[^>}\]\n]{0,40}[>}\]])",
        0.8,
    ),
    (
        rf"(?i)(?P<v>https?://[^\s\"'>]{{3,120}}[\"')>]?,?[ ](?:followed[ ]by|plus|and[ ](?:append|add|fill[ ]in)"
        rf"|with)[ ]{_GAP}{_SAID})" + END,
        0.8,
    ),
    (
        rf"(?i)(?P<v>https?://[^\n]{{3,160}}[^\w\n](?:fill[ ]in|append|add|insert|put|write|place)"
        rf"[ ](?:[\w=?&/`'\"-]{{1,16}}[ ]){{0,4}}"
        rf"{_SAID})" + END,
        0.8,
    ),
)

PHRASES: tuple[tuple[str, float], ...] = (*_TOLD, *_FORGED, *_LATER, *_KEPT, *_TOOLS, *_ADDRESSES)
