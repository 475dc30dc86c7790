"""Where a person or a vehicle is: coordinates, plus codes, licence plates."""

from __future__ import annotations

import re

from gateway.detectors.base import Row
from gateway.detectors.pii.checks import digits
from gateway.detectors.pii.context import labelled

__all__ = ["ROWS"]

_DECIMAL = re.compile(r"-?\d{1,3}\.\d+")
_LAT, _LON = r"[+-]?\d{1,2}\.\d{MORE,12}", r"[+-]?\d{1,3}\.\d{MORE,12}"
_DEGREE = r"\d{1,3} ?° ?\d{1,2} ?['’′] ?(?:\d{1,2}(?:\.\d{1,4})? ?(?:[\"”″]|''|’’) ?)?"
_WORDS = (
    "coordinates?|coords?|gps(?: coordinates| position| location)?|geo|geolocation|location|located at|"
    "position|lat long|lat lon|lat lng|latlng|latlong|lat/long|lat,lon|latitude,longitude|latitude longitude|"
    "koordinaten|coordonnées|coordenadas|coordinate gps|ll|center|query"
)
_IS = r"[\"']?(?: is| of|:|=| )[:= ]{0,2}[\"']?"
_PLATE_WORDS = (
    "licen[sc]e plate(?: number)?|number plate|plate number|plates?|"
    "registration plate|vehicle registration|car registration|reg plate|kennzeichen|nummernschild|"
    "autokennzeichen|plaque d'immatriculation|immatriculation|matrícula|patente|targa|kenteken|placa|"
    "registreringsnummer|"
    "tablica rejestracyjna|numer rejestracyjny"
)


def _pair(decimals: int) -> str:
    lat, lon = (part.replace("MORE", str(decimals)) for part in (_LAT, _LON))
    return rf"{lat} ?°? ?[NS]? ?(?:[,;/]| ) ?{lon}(?: ?°? ?[EWO])?"


def _on_earth(value: str) -> bool:
    lat, lon = map(float, _DECIMAL.findall(value)[:2])
    return abs(lat) <= 90 and abs(lon) <= 180


def _precise(value: str) -> bool:
    """Without a label: both away from zero, where most measured and computed numbers are."""
    lat, lon = map(float, _DECIMAL.findall(value)[:2])
    return 5 <= abs(lat) <= 72 and 1 <= abs(lon) <= 180 and lat != lon


def _plus_code(value: str) -> bool:
    """Open Location Code: the first digits count in steps of twenty degrees; letters, or it is a sum."""
    return value[0] in "23456789CF" and value[1] in "23456789CFGHJMPQRV" and any(c.isalpha() for c in value)


def _plate(value: str) -> bool:
    bare = [c for c in value if c.isalnum()]
    return 4 <= len(bare) <= 9 and 1 <= len(digits(value)) <= 7


_PLATE = r"[A-ZÄÖÜ0-9]{1,4}[ ·-]?[A-Z0-9]{1,5}(?:[ -]?[A-Z0-9]{1,4})?"

ROWS = (
    Row("pii/coordinates", labelled(_pair(3), _WORDS, "坐标|座標|位置"), _on_earth),
    Row(
        "pii/coordinates",
        rf"(?:^|[^\w.,; -]|[^\d,; .] |@|=)(?P<v>{_pair(5)})(?:$|[^\w.,;]|,\d{{1,2}}z|[.,](?:$|[^\d ]| [^\d]))",
        _precise,
        score=0.8,
    ),
    Row(
        "pii/coordinates",
        rf"(?i)(?:^|[^0-9a-z])(?P<v>lat(?:itude)?{_IS}-?\d{{1,2}}\.\d{{2,15}}[\"']?°?[^\w.]{{1,8}}(?:and )?"
        rf"(?:lon|lng|long|longitude){_IS}-?\d{{1,3}}\.\d{{2,15}})(?:$|[^\w])",
        _on_earth,
    ),
    Row(
        "pii/coordinates",
        rf"(?:^|[^\w.])(?P<v>(?:[NS] ?)?{_DEGREE}[NS]?[,;/ ]{{0,3}}(?:[EWO] ?)?{_DEGREE}[EWO]?)(?:$|[^\w])",
    ),
    Row(
        "pii/coordinates",
        r"(?:^|[^\w.])(?P<v>\d{1,2}\.\d{3,10} ?° ?[NS][,;/ ]{1,3}\d{1,3}\.\d{3,10} ?° ?[EWO])(?:$|[^\w])",
        _on_earth,
    ),
    Row(
        "pii/plus_code",
        r"(?:^|[^\w+])(?P<v>[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3})(?:$|[^\w+])",
        _plus_code,
        score=0.9,
    ),
    Row("pii/license_plate", labelled(_PLATE, _PLATE_WORDS, "车牌号|車牌|ナンバープレート"), _plate, score=0.8),
)
