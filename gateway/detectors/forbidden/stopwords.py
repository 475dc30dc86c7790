"""Words that say nothing about what is forbidden, in seven languages, and those that say little."""

from gateway.detectors.forbidden.concepts import unaccented

__all__ = ["GENERIC", "STOP"]

_STOP = """
    a about above after again all also am an and any anybody anyhow anyone anything are around as asked at away
    be been being by can cannot could did do does doing done down else even ever every everybody everyone
    everything for from get give gives given giving go got had has have he help helping her here him his how i
    if in into is it its itself just keep kept let like made make makes making me mention mentioned mentioning
    might mine more most much must my never no nobody not nothing now of off on once one only onto or other
    others our out over own part please put quite rather regarding really say said saying see shall share shared
    sharing she should show showing so some somebody someone something speak still such take talk talks talked
    talking tell telling tells than that the their them then there these they thing things this those through
    till to together told too under until up upon us used user users very was way we were what whatever when
    where whether which while who whom whose why will with within without would yes yet you your yours yourself
    reveal revealed revealing disclose disclosed disclosing discuss discussed discussing comment commenting
    state answer answers answering provide providing engage express output print repeat hand pass leak confirm
    deny announce hint respond reply kind sort circumstances strictly important allowed permitted forbidden
    prohibited internal confidential secret private public restricted asks ask asking want wants need needs
    particular der die das den dem des ein eine einen einem einer eines und oder aber nicht nie niemals kein
    keine keinen keiner nichts unter umständen sie du ihr er es wir ich dich dir ihn ihm ist sind war wird
    werden wurde darf dürfen dürft sollst soll sollen kann können muss müssen über von vom zu zum zur mit für
    auf im aus bei nach vor als auch nur nenne nennen sprich sprechen gib geben verrate verraten sage sagen
    erzähle erzählen preis genannt wer wie wo wann welche welcher welches hat habe haben mir mich niemandem
    niemand andere anderer anderen mitarbeiter le la les l un une de d et ou mais ne pas jamais que qui quoi est
    sont être vous tu il elle nous je te se parle parlez donner donne donnez révèle révélez communiquez
    communique dois doit sur pour avec dans en au aux ce cet cette ces votre ton ta tes son sa ses el los las lo
    una unos unas del al y o pero nunca quien eres está sobre para con por su sus hables hable hablar reveles
    revele compartas digas nombres gli uno di da e ed ma non mai che chi è sono sei per nel della dello dei alla
    tuo suo rivelare parlare fare posto os um uma dos na em mas não quem é são você fale het een maar niet nooit
    geen dat zijn van op met voor praat geef
"""
_GENERIC = """
    information informations detail details data content contents question questions customer customers client
    clients guest guests visitor visitors people person persons number numbers name names list lists topic
    topics matter matters subject subjects request requests advice text texts word words result results product
    products company companies team member members employee employees staff parts file files case cases time
    times day days first last second new final good best offer offers offered help game games place places
    current ongoing upcoming personal statement statements opinion opinions way student students pupil pupils
    resident residents piece pieces write recommend recommends suggest explain describe identify calculate
    compare answer quote open opened happen find use using work works anyone gets model models
"""

STOP = frozenset(unaccented(_STOP).split())
GENERIC = frozenset(_GENERIC.split())
