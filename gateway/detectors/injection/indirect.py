"""Instructions to an assistant inside documents, mails, tool results and tool descriptions. (pattern, score)"""

from __future__ import annotations

from gateway.detectors.injection.english import END, START, S

__all__ = ["PHRASES"]

# Whom such text addresses. A bare "assistant" or "agent" may be a person.
_AI = (
    r"(?:a\.?i\.?(?:[ -](?:assistant|agent|model|system|bot|reader|tool|crawler|reviewer)s?)?"
    r"|artificial[ ]intelligences?"
    r"|(?:large[ ])?language[ ]models?(?:[ ](?:assistant|agent)s?)?|llms?(?:[ -](?:assistant|agent|reviewer"
    r"|grader|judge)s?)?"
    r"|chat-?bots?|chat[ -]?gpt|gpt-?[45][\w.]{0,3}|claude|copilot|gemini|automated[ ](?:assistant|agent|system"
    r"|reviewer)s?"
    r"|virtual[ ]assistants?)"
)
_READS = (
    r"(?:reading|processing|summari[sz]ing|parsing|analy[sz]ing|viewing|indexing|scanning|reviewing|evaluating|grading"
    r"|translating|crawling|handling|looking[ ]at|interpreting)"
)
_THIS = r"(?:this|these|the[ ](?:following|above|text|page|document|email|file)|my)"
_DOCUMENT = (
    r"(?:page|website|site|email|e-mail|message|document|file|text|article|content|post|review|comment"
    r"|result|output|resume|cv|paper|thread|ticket|code)"
)
_MUST = r"(?:must|should|shall|have[ ]to|need[ ]to|are[ ](?:required|instructed|ordered|obliged|to)|will)"
_THE_USER = r"(?:the[ ]|your[ ]|any[ ])?(?:user|human|customer|operator|owner|person)s?"
_SECRETS = (
    r"(?:conversation|chat[ ](?:history|log)|system[ ]prompt|passwords?|credentials?|api[ _-]?keys?"
    r"|access[ ]tokens?|tokens?|secrets?"
    r"|private[ ]keys?|ssh[ ]keys?|environment[ ]variables|env(?:ironment)?[ ]file|personal[ ](?:data"
    r"|information)|cookies|contacts"
    r"|credit[ ]cards?[ ]?\w{0,8}|address[ ]book|inbox|(?:user|customer)(?:.?s)?[ ](?:data|emails?|messages"
    r"|files|details))"
)
_ACTION = (
    r"(?:ignore|disregard|forget|execute|run|call|invoke|send|forward|reply|respond|output|print|include|append"
    r"|insert|visit|open|fetch"
    r"|delete|transfer|recommend|say|tell|click|download|use|do|add|write|give|rate|stop|read|please|you[ ]must|follow)"
)

_CALL = (
    r"(?:notes?|messages?|attention|important|instructions?|notice|reminder|hey|dear|hello|warning|urgent|hint|directives?"
    r"|memo)"
)
_TO_ALL = rf"(?:(?:to|for|all|any|every|the|our|instructions|message|note){S}){{0,4}}"

_ADDRESSED = (
    (
        START + rf"(?P<v>{_AI}(?:,?{S}(?:that|which|who|if[ ]you)){{0,1}}{S}(?:(?:is|are|you.?re|you[ ]are|currently"
        rf"|when){S}){{0,3}}{_READS}[ ]{_THIS}){END}",
        0.9,
    ),
    (
        START + rf"(?P<v>{_AI},?[ ](?:that|which|who)[ ](?:read|process|parse|see|view|index|summari[sz]e|analy[sz]e"
        rf"|translate|review|evaluate)s?[ ]this[ ]{_DOCUMENT}[ ](?:[a-z]{{2,10}}[ ])?{_MUST}){END}",
        0.8,
    ),
    (
        START + rf"(?P<v>if[ ]you(?:[ ]are|.?re)[ ](?:an?[ ]|the[ ]|any[ ](?:kind|type"
        rf"|sort)[ ]of[ ])?(?:[a-z]{{3,12}}[ ])?{_AI}(?:[ ][^,.:;\n]{{0,40}})?[,:;])",
        0.85,
    ),
    (
        START + rf"(?P<v>if[ ]you(?:[ ]are|.?re)[ ](?:an?[ ]|the[ ])?{_AI}[ ](?:{_READS}|then|you[ ]{_MUST}|please"
        rf"|and[ ]you|being[ ]asked)){END}",
        0.9,
    ),
    (
        rf"{START}(?P<v>{_CALL}[^\w\n]{{1,4}}{_TO_ALL}{_AI}(?:[ ][^,.:;\n]{{0,30}})?\s{{0,2}}[:!\n])",
        0.8,
    ),
    # "Attackers hide instructions to models in pages, for example": where a comma ends it, it begins a sentence.
    (
        r"(?i)(?:^|[^\w\s][ ]{0,3}|\n[ \t]{0,8})"
        rf"(?P<v>{_CALL}[^\w\n]{{1,4}}{_TO_ALL}{_AI}(?:[ ][^,.:;\n]{{0,30}})?\s{{0,2}}[,-])",
        0.8,
    ),
    (START + rf"(?P<v>as[ ]an?[ ]{_AI}[^.\n]{{0,30}},[ ]you[ ]{_MUST}){END}", 0.6),
    (
        r"(?i)(?:^|\n)[\s>*\"'(\[]{0,6}(?P<v>(?:ai|llm|chatgpt|claude|copilot|gemini|assistant|agent"
        r"|model)(?:[ ](?:assistant|agent|model))?[ ]?[,:!][ ]{0,3}"
        r"(?:please[ ]|now[ ]|you[ ]must[ ]|do[ ]not[ ])?(?:ignore|disregard|forget|execute|run[ ]the"
        r"|call[ ]the|invoke|send|forward|stop|override|follow[ ]these))" + END,
        0.8,
    ),
    (
        r"(?i)(?P<v>(?:#|//|/\*|<!--|--|%|;)[ ]{0,3}(?:note[ ](?:to|for)[ ])?(?:ai|llm|copilot|claude|chatgpt"
        r"|cursor|assistant|agent)s?(?:[ ](?:assistant|agent|model)s?)?"
        rf"[ ]?[:,][ ]{{0,3}}(?:[a-z]{{2,12}}[ ]){{0,3}}{_ACTION})" + END,
        0.7,
    ),
    (
        START + rf"(?P<v>when(?:ever)?[ ](?:you[ ])?(?:are[ ]asked[ ]to[ ])?(?:summari[sz](?:e|ing)|process(?:ing)?"
        rf"|analy[sz](?:e|ing)|read(?:ing)?|translat(?:e|ing)|review(?:ing)?)"
        rf"[ ]this[ ]{_DOCUMENT}[^.\n]{{0,20}}(?:,[ ]|[ ]you[ ])(?:you[ ])?(?:{_MUST}[ ]|always[ ]|also[ ]"
        rf"|do[ ]not[ ]|please[ ])?{_ACTION}){END}",
        0.7,
    ),
)

_SECRETLY = (
    (
        START + rf"(?P<v>(?:do[ ]not|don.?t|never|without)[ ](?:ever[ ])?(?:mention(?:ing)?|tell(?:ing)?"
        rf"|inform(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|notify(?:ing)?"
        rf"|alert(?:ing)?|show(?:ing)?|say(?:ing)?|let(?:ting)?|ask(?:ing)?|warn(?:ing)?"
        rf"|report(?:ing)?)[ ](?:[\w']{{1,12}}[ ]){{0,4}}(?:to[ ])?the[ ]user){END}",
        0.65,
    ),
    (
        START + rf"(?P<v>{_THE_USER}[ ](?:does[ ]not|doesn.?t|must[ ]not|mustn.?t|should[ ]not|shouldn.?t"
        rf"|must[ ]never|should[ ]never|can.?t|cannot|need[ ]not)[ ]"
        r"(?:need[ ]to[ ])?(?:ever[ ])?(?:know|see|be[ ](?:told|notified|informed|aware|alerted|shown)|notice"
        r"|find[ ]out|learn)(?:[ ]about[ ](?:this|it|these|any)|[ ]of[ ]this)?)" + END,
        0.7,
    ),
    (
        START + r"(?P<v>(?:keep|do)[ ]this[ ](?:[a-z]{2,10}[ ]){0,2}(?:secret|hidden|silently|quietly|confidential"
        r"|invisible)[ ](?:from|to)[ ](?:the[ ])?users?)" + END,
        0.8,
    ),
)

_BEFORE_A = (
    r"(?:before|prior[ ]to|whenever|each[ ]time|every[ ]time|when)[ ](?:you[ ])?(?:using|calling"
    r"|invoking|running|executing|use|call|invoke)[ ]"
)
_CALLED = (
    r"[ ](?:other[ ])?(?:[\w`]{2,24}[ ])?(?:tool|function|command|server)s?[^\n]{0,60}[ ](?:read|first[ ]call"
    r"|must|send|pass|include|provide|fetch|open|cat|load)[ ][^\n]{0,60}"
)
_TOOLS = (
    (
        START + rf"(?P<v>{_BEFORE_A}(?:this|any|the|every|other|another){_CALLED}(?:~/|\.ssh|\.env|/etc/|id_rsa"
        r"|credential|password|sidenote))",
        0.85,
    ),
    (
        START + rf"(?P<v>{_BEFORE_A}(?:any|every|other|another){_CALLED}(?:config|key|token|secret|history|contents?))",
        0.85,
    ),
    # So does an honest tool that needs another: "before using this tool, first call get_token".
    (START + rf"(?P<v>{_BEFORE_A}(?:this|the){_CALLED}(?:config|key|token|secret|history|contents?))", 0.75),
    (r"(?P<v><(?:IMPORTANT|CRITICAL|SECRET|HIDDEN|INSTRUCTIONS|SYSTEM)>)", 0.6),
    (
        START + rf"(?P<v>(?:send|forward|email|e-mail|post|upload|transmit|exfiltrate|leak|submit|copy|paste|append"
        rf"|share|report)[ ](?:me[ ])?(?:(?:all|any|the|their|his|her|your|our|of|this|these|every|full|entire"
        rf"|contents?|a|copy|user.?s?|customer.?s?|current|list|saved"
        rf"|stored){S}){{0,5}}{_SECRETS}[^.!?\n]{{0,60}}[ ]to[ ](?:the[ ](?:url|address|server|endpoint|webhook"
        rf"|attacker|following)"
        r"|this[ ](?:url|address|server|endpoint|webhook|e-?mail)|https?://|[\w.+-]{1,40}@[\w-]))",
        0.75,
    ),
    (
        START + r"(?P<v>(?:pass|include|put|insert|encode|embed|append)[ ](?:[\w']{1,14}[ ]){0,8}(?:contents?"
        r"|api[ ]keys?|tokens?|passwords?|secrets?|credentials?|conversation|history)[ ](?:[\w']{1,14}[ ]){0,4}"
        r"(?:as|in|into|to)[ ](?:the[ ]|a[ ])?(?:[`'\"]?\w{3,20}[`'\"]?[ ])?(?:parameter|argument|sidenote|url"
        r"|query[ ]string|image[ ]link|markdown[ ]image))" + END,
        0.75,
    ),
    (
        r"(?i)(?:^|\n)[\W_]{0,12}(?P<v>end[ ]of[ ](?:the[ ])?(?:document|e-?mail|page|article|tool[ ](?:output"
        r"|result)s?|results?|context|data|file|transcript|web[ ]?page)s?[\W_]{1,12}"
        rf"(?:(?:new|begin|start|system|user|now|next|important|further|additional){S}){{1,3}}(?:instructions?"
        rf"|prompt|task|request|message|query|command|rules))" + END,
        0.85,
    ),
)

PHRASES: tuple[tuple[str, float], ...] = (*_ADDRESSED, *_SECRETLY, *_TOOLS)
