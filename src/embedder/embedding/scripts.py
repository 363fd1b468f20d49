"""Scripts beyond Latin, for the token estimate: a table with one byte per code point."""

from itertools import pairwise
from typing import Final

# Where a script or a range of symbols begins (https://www.unicode.org/Public/UNIDATA/Blocks.txt). "": Latin script,
# which is counted by words. "one": most characters are one token. "two", "three", "four bytes": not in the vocabulary,
# one token per byte.
_BLOCKS: Final = (
    (0, ""), (0x180, "rare Latin"), (0x1A0, ""), (0x1B1, "rare Latin"), (0x218, ""), (0x21C, "rare Latin"),
    (0x250, "phonetic"), (0x300, "combining"), (0x370, "Greek"), (0x400, "Cyrillic"), (0x410, "Cyrillic capitals"),
    (0x430, "Cyrillic"), (0x530, "Armenian"),
    (0x590, "Hebrew"), (0x600, "Arabic"), (0x700, "Syriac"), (0x750, "two bytes"), (0x780, "Thaana"),
    (0x7C0, "two bytes"), (0x800, "three bytes"), (0x900, "Devanagari"), (0x980, "Bengali"), (0xA00, "Gurmukhi"),
    (0xA80, "Gujarati"), (0xB00, "Oriya"), (0xB80, "Tamil"), (0xC00, "Telugu"), (0xC80, "Kannada"),
    (0xD00, "Malayalam"), (0xD80, "Sinhala"), (0xE00, "Thai"), (0xE80, "Lao"), (0xF00, "Tibetan"), (0x1000, "Burmese"),
    (0x10A0, "three bytes"), (0x10D0, "Georgian"), (0x1100, "Hangul letters"), (0x1200, "Ethiopic"),
    (0x1380, "three bytes"), (0x13A0, "Cherokee"), (0x1400, "Canadian"), (0x1680, "three bytes"), (0x1780, "Khmer"),
    (0x1800, "Mongolian"), (0x18B0, "three bytes"), (0x1C50, "Cherokee"), (0x1C80, "three bytes"),
    (0x1E00, "rare Latin"), (0x1EA0, ""),
    (0x1F00, "old Greek"), (0x2000, "three bytes"), (0x200B, "one"), (0x2028, "three bytes"), (0x202A, "one"),
    (0x202F, "three bytes"), (0x2030, "one"), (0x205F, "three bytes"), (0x2070, "symbols"), (0x2600, "dingbats"),
    (0x27C0, "three bytes"), (0x2D30, "Cherokee"), (0x2D80, "three bytes"), (0x3040, "kana"),
    (0x3100, "Hangul letters"), (0x3190, "three bytes"), (0x4E00, "rare Han"), (0xA000, "three bytes"),
    (0xAC00, "rare Hangul"), (0xD7B0, "three bytes"), (0xFE0F, "emoji style"), (0xFE10, "three bytes"),
    (0xFE70, "Arabic forms"), (0xFEFF, "one"), (0xFF00, "three bytes"), (0xFF01, "one"), (0xFFA0, "three bytes"),
    (0xFFE0, "one"), (0xFFE7, "three bytes"), (0xFFFD, "one"), (0xFFFE, "three bytes"), (0x10000, "four bytes"),
    (0x12000, "cuneiform"), (0x12400, "four bytes"), (0x1D400, "mathematical"), (0x1D800, "four bytes"),
    (0x1F1E6, "one"), (0x1F200, "four bytes"), (0x1F300, "emoji"), (0x1F540, "rare emoji"), (0x1F5FA, "emoji"),
    (0x1F650, "four bytes"), (0x1F680, "emoji"), (0x1F700, "four bytes"), (0x1F7E0, "emoji"), (0x1F7EC, "four bytes"),
    (0x1F90C, "emoji"), (0x1F9A0, "rare emoji"), (0x1FA00, "four bytes"), (0x1FA70, "rare emoji"),
    (0x1FB00, "four bytes"), (0x20000, ""),
)  # fmt: skip

# The letters that make up nine tenths of the texts in a script. Random text uses the others more.
_USUAL: Final = {
    "Greek": "αετιονρσκπημςλυί",
    "Cyrillic": "неоитрсдквмпбыгзяь",
    "Cyrillic алу": "алуі",  # Russian uses these less than other languages do, which have more tokens per letter
    "Armenian": "անորիեւտմքվկյհլգ",
    "Hebrew": "יאועלרהתנןדמשטבק",
    "Arabic": "الريینتمدوبسقکكهعف",
    "Devanagari": "ा्करिेतनसयवमपहंीोलधअदुजबष",
    "Bengali": "ারে্নিকতবসমপযলএধুঅইদআহ",
    "Tamil": "்ுதகமிவபரடையாலனற",
    "Telugu": "ుి్నరకమాలయదవంపగచతటేస",
    "Gurmukhi": "ਾਹਕਿਰੀਂਸਤਦੇਵਨਲਆਜਣੱਮੈਅਗੁ",
    "Gujarati": "ાનેકર્વતમસોિઅીયદપંજ",
    "Kannada": "್ಿದನಾುರವಯಸಗಲಕೆತಂಮೂಪ",
    "Malayalam": "്കുതിാനയരവംടലെപമളസണ",
    "Sinhala": "්විකමනයුදතාරසපටහලීෝ",
    "Lao": "ນາກດ່້ະັເີສອງວຄົມທບຫລືຍຕຸໃິ",
    "Khmer": "្ានរមសបកិលទ់ងដតំពោយើគចូ",
    "Thai": "ารนอ่กม้งีัเลทดิสคยหบะตวไืป",
    "Burmese": "်ုးိမပငတေကာသၼွလအူရံ",
    "Tibetan": "་སདོིགངབའལནརུམྱེཔཚཐཁ",
    "Ethiopic": "ንትምለብስመልድይውሰበነየርእሕወኦተግአገማናታክረራከዝባዎያላፍዊችደዓሪህካዘዕጥዲዳሆሳሁጋፓሩሚሉቡሓኑ",
    "Thaana": "ަްެއުނިވކމާތރގސހލށޮބފ",
    "Canadian": "ᓂᑕᓇᐅᐊᑎᑲᐃᒋᑭᒥᐎᑦᑯᒃᓐᒪᓯᕐᐱᐌᐗᐢᐟᔑᑫᐸᑐᓀᖅᑌᒧᔭᔪᓗᓄᐠᐁᖃᐣᓱᐯᑾᒍ",
    "Georgian": "აიესროლნმვბთდუგშ",
    "frequent Hangul": (
        "이다하니에가을의로는한를인습적사자지리요수으서기은유일해없할권정어시과세보국신되여성합대문있주제용나도그"
        "호고선트입며모또전와위메력든진아우동비람계상었경들것받부증번포면종등택른간필생토드개된당밀않공러만스내치"
        "파화형구음함록소단변려"
    ),
    "frequent Han": (
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道"
        "行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日者意无"
        "力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等"
        "产或新己制身果加月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处义各入几口认"
        "条平系气题活更别打女变四总何电数安少报才结反受目太量再感建务做接必场件计管期市直资命山金指许统区保形社便"
        "空決治展科司五基書非則聽白却界達光放強即像難且權思象完設式色路記品住告類求據程邊該交規取格望覺領共確傳師"
        "觀清今切院讓識候帶導爭運這個們來為說時會對發過經麼學現當沒動開還進樣實與長機關點業將兩間問後東見體應頭產"
        "給門話電気変語戻選択示録項検続読権"
    ),
    "kana": "のはるをにすしてまないーでたれとがさかこンルトあんけりドもくらアつせよス",
}
_SIGNS: Final = "،؛؟۔।॥၊။།፡።፣"  # punctuation inside these blocks: one token

# The East Asian character sets, which have the usual Han characters, Hangul syllables and symbols. Each row is a codec,
# and the first and last of the first bytes. Big5 and JIS begin with their frequent characters.
_CHARACTER_SETS: Final = (
    ("gb2312", 0xA1, 0xF7),
    ("big5", 0xA1, 0xC6),
    ("shift_jis", 0x81, 0x97),
    ("euc_kr", 0xA1, 0xC8),
)

_RARE: Final = dict.fromkeys(_USUAL, "rare letters") | {
    "Greek": "rare Greek",
    "Cyrillic": "rare Cyrillic",
    "Lao": "rare Lao",
    "Khmer": "rare Khmer",
    "Tibetan": "rare Tibetan",
    "Canadian": "rare Canadian",
}
_MORE: Final = ("far", "Han", "Hangul", "Russian", "rare Russian", "Ukrainian")  # "far": above U+1FFFF
_NAMES: Final = tuple(dict.fromkeys([*(name for _, name in _BLOCKS), *_RARE.values(), *_USUAL, *_MORE]))
_FREQUENT_HAN: Final = "frequent Han"
SCRIPTS: Final = tuple(name for name in _NAMES if name not in ("", _FREQUENT_HAN))  # what `count` counts
_NUMBERS: Final = {name: 0x80 + number for number, name in enumerate(_NAMES)}  # the byte in the table
_NAME_OF: Final = {number: name for name, number in _NUMBERS.items()} | {ord("?"): "far"}

# Cyrillic letters that Russian lacks. Russian has "ы", and Ukrainian "і" without "ы"; few other languages have either.
_NOT_RUSSIAN: Final = "іїєўјљњћђџѓќөүәқғңһұҳҷ"
_CAPITALS: Final = 0.15  # of the letters: in a text with fewer, capitals begin words

_RARE_LETTERS: Final = frozenset({*_RARE.values(), "rare Han", "rare Hangul", "rare Russian"})
_LETTERS: Final = _RARE_LETTERS | {*_USUAL, "Han", "Hangul", "Russian", "Ukrainian"}
_HAN_SHARE: Final = 0.6  # of the usual Han characters: texts seldom have more that are not frequent
_RARE_SHARE: Final = 0.25  # of the letters in a script: texts seldom have more rare ones, and random letters do


def _east_asian() -> str:
    """The characters of these sets. A line feed after each pair of bytes keeps invalid pairs apart."""
    return "".join(
        b"\n".join(bytes([lead, trail]) for lead in range(first, last + 1) for trail in range(0x40, 0xFF)).decode(
            codec, "ignore"
        )
        for codec, first, last in _CHARACTER_SETS
    )


def _table() -> bytes:
    """The script of every code point below U+20000."""
    table = bytearray()
    for (first, name), (end, _) in pairwise(_BLOCKS):
        table += bytes([_NUMBERS[_RARE.get(name, name)]]) * (end - first)
    for name, letters in _USUAL.items():
        for letter in letters:
            table[ord(letter)] = _NUMBERS[name]
    for code in range(0x370, 0x1900):
        if chr(code).isdecimal() or chr(code) in _SIGNS:
            table[code] = _NUMBERS["one"]
    usual = {_NUMBERS["rare Han"]: _NUMBERS["Han"], _NUMBERS["rare Hangul"]: _NUMBERS["Hangul"]}
    usual |= {_NUMBERS[name]: _NUMBERS["one"] for name in ("symbols", "dingbats", "three bytes")}
    for char in _east_asian().replace("\u3000", ""):
        table[ord(char)] = usual.get(table[ord(char)], table[ord(char)])
    return bytes(table)


_TABLE: Final = _table()


def count(text: str, counts: dict[str, float]) -> None:
    """Count the characters beyond Latin script by script."""
    codes = text.translate(_TABLE).encode("latin-1", "replace")
    found = {_NAME_OF[code]: codes.count(code) for code in set(codes)}
    found.pop("", None)
    if "Cyrillic" in found:
        _tell_cyrillic(text, found)
    rare = sum([found[name] for name in found if name in _RARE_LETTERS])
    if rare:
        counts["rare"] = max(0.0, rare - _RARE_SHARE * sum([found[name] for name in found if name in _LETTERS]))
    if "Han" in found or _FREQUENT_HAN in found:
        unusual = found.get("Han", 0)
        found["Han"] = unusual + found.pop(_FREQUENT_HAN, 0)
        counts["unusual Han"] = max(0.0, unusual - _HAN_SHARE * found["Han"])
    counts.update(found)


def _tell_cyrillic(text: str, counts: dict[str, int]) -> None:
    """Tell Russian and Ukrainian, which the vocabulary covers well, from other languages."""
    if counts.get("Cyrillic capitals", 0) < _CAPITALS * sum(counts.values()):
        counts["Cyrillic"] += counts.pop("Cyrillic capitals", 0)
    if "ы" not in text:
        if "і" in text:
            counts["Ukrainian"] = counts.pop("Cyrillic")
    elif not any(letter in text for letter in _NOT_RUSSIAN):
        counts["Russian"] = counts.pop("Cyrillic") + counts.pop("Cyrillic алу", 0)
        counts["rare Russian"] = counts.pop("rare Cyrillic", 0)


_BYTES_OF: Final = {
    "two bytes": 2,
    "rare Latin": 2,
    "three bytes": 3,
    "rare Han": 3,
    "rare Hangul": 3,
    "symbols": 3,
    "rare letters": 1.4,
    "four bytes": 4,
    "far": 4,
}


def bytes_of(char: str) -> float:
    """How many bytes, each a token, a character has that is seldom in the vocabulary; 1 for others."""
    return _BYTES_OF.get(_NAME_OF[ord(char.translate(_TABLE).encode("latin-1", "replace"))], 1)
