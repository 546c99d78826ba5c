"""The demonstration's customers. Nobody of this name is meant; `.example` belongs to nobody."""

from dataclasses import dataclass

CARD = "pm_card_visa"
BROKE = "pm_card_chargeDeclinedInsufficientFunds"
STRICT_BANK = "pm_card_authenticationRequired"


@dataclass(frozen=True, slots=True)
class Person:
    """A customer: `credit` is what the account owes them to begin with, in the minor unit."""

    prefix: str
    name: str
    domain: str
    country: str
    city: str
    currency: str
    method: str | None = CARD
    credit: int = 0

    @property
    def email(self) -> str:
        """Where invoices go."""
        return f"billing@{self.domain}.example"


CUSTOMERS = (
    Person("NORDLYS", "Nordlys Kaffebrenneri", "nordlys-kaffe", "NO", "Tromsø", "eur"),
    Person("HARBOUR", "Harbour & Finch", "harbourfinch", "GB", "Bristol", "gbp"),
    Person("SAKURA", "桜デザイン事務所", "sakura-design", "JP", "Kyoto", "jpy"),
    Person("GULF", "Gulf Lantern Trading", "gulflantern", "KW", "Kuwait City", "kwd"),
    Person("MERIDIAN", "Meridian Robotics", "meridianrobotics", "US", "Austin", "usd"),
    Person("BLAUWAL", "Blauwal Logistik GmbH", "blauwal", "DE", "Hamburg", "eur", None),
    Person("HEKLA", "Hekla Ullarverk", "hekla-ull", "IS", "Akureyri", "isk"),
    Person("EDELWEISS", "Edelweiss Optik AG", "edelweiss-optik", "CH", "Bern", "chf", None),
    Person("PETITE", "La Petite Imprimerie", "petite-imprimerie", "FR", "Lyon", "eur"),
    Person("OAKMOSS", "Oak & Moss Interiors", "oakmoss", "US", "Portland", "usd", BROKE),
    Person("CELADON", "Celadon Tea House", "celadontea", "GB", "Edinburgh", "gbp", credit=12_500),
    Person("TORRE", "Torre Blanca Bodegas", "torreblanca", "ES", "Logroño", "eur"),
    Person("AURORA", "Aurora Saunas Oy", "aurorasaunas", "FI", "Oulu", "eur", None),
    Person("KINTSUGI", "金継ぎ工房", "kintsugi-kobo", "JP", "Kanazawa", "jpy", STRICT_BANK),
    Person("PRAIRIE", "Prairie Seed Cooperative", "prairieseed", "US", "Fargo", "usd", None),
    Person("LUMEN", "Lumen Film Lab", "lumenfilm", "US", "Chicago", "usd"),
    Person("VELVET", "Velvet Anchor Records", "velvetanchor", "GB", "Liverpool", "gbp"),
    Person("GLETSCHER", "Gletscher Apotheke", "gletscher-apotheke", "CH", "Chur", "chf"),
    Person("MAREA", "Marea Surf School", "mareasurf", "PT", "Ericeira", "eur"),
    Person("CEDAR", "Cedar Line Rail Tours", "cedarline", "CA", "Halifax", "cad"),
    Person("BASALT", "Basalt Brugghús", "basaltbrugg", "IS", "Reykjavík", "isk", None),
    Person("TULIPA", "Tulipa Cycles BV", "tulipacycles", "NL", "Utrecht", "eur", credit=50_000),
    Person("MONSOON", "Monsoon Analytics", "monsoonanalytics", "IN", "Pune", "inr", None),
    Person("ORCHARD", "Orchard Lane Dental", "orchardlane", "GB", "Norwich", "gbp", None),
    Person("PELICAN", "Pelican Bay Yachts", "pelicanbay", "US", "Sarasota", "usd"),
    Person("STEPPE", "Steppe Horse Riding", "steppehorse", "US", "Bozeman", "usd", BROKE),
    Person("ZIRBE", "Zirbenholz Manufaktur", "zirbenholz", "AT", "Innsbruck", "eur", None),
    Person("ALKHALEEJ", "Al Khaleej Clinic", "alkhaleej-clinic", "KW", "Salmiya", "kwd", None),
    Person("MAGNOLIA", "Magnolia Street Bakery", "magnoliastreet", "US", "Savannah", "usd"),
    Person("FJELL", "Fjell & Fjord Guiding", "fjellfjord", "NO", "Bergen", "nok"),
    Person("KOMOREBI", "木漏れ日書店", "komorebi-books", "JP", "Sapporo", "jpy", None),
    Person("PIXELMILL", "Pixelmill Games", "pixelmill", "SE", "Malmö", "sek"),
    Person("ROOKERY", "The Rookery Theatre", "rookerytheatre", "GB", "Leeds", "gbp"),
    Person("SOLARIS", "Solaris Roofing", "solarisroofing", "AU", "Perth", "aud", None),
    Person("AZULEJO", "Azulejo Restauro Lda", "azulejo-restauro", "PT", "Aveiro", "eur"),
    Person("QUARTZ", "Quartz Metrology", "quartzmetrology", "CH", "Genève", "chf"),
    Person("HALYARD", "Halyard Insurance Brokers", "halyard", "IE", "Cork", "eur", None),
    Person("BRINE", "Brine & Barrel", "brinebarrel", "US", "Burlington", "usd"),
    Person("SIROCCO", "Sirocco Ceramiche", "siroccoceramiche", "IT", "Faenza", "eur"),
    Person("TINDER", "Tinderbox Childcare", "tinderboxcare", "NZ", "Dunedin", "nzd"),
)
