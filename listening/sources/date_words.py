"""The words by which the world's forums write dates: months, weekdays, today, "ago"; without accents, in lower case."""

# ruff: noqa: RUF001 -- Greek, Cyrillic and Turkish letters look like Latin ones, and are meant
from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_MONTHS = """
january ינואר בינואר جانفي siecanj sijecanj sijecnja jan januar januari janvier janv enero ene gennaio gen janeiro\
 janner jaenner styczen stycznia sty leden ledna\
 januara ianuarie ian ocak oca январь января янв січень січня січ tammikuu tammikuuta tammi ιανουαριος ιανουαριου ιαν\
 gener jaanuar sausio януари يناير tammik
february פברואר בפברואר شباط فيفري veljaca veljace feb februar februari fevrier fevr fev febrero febbraio fevereiro\
 luty lutego lut unor unora februarie subat\
 sub февраль февраля фев февр лютии лютого лют helmikuu helmikuuta helmi φεβρουαριος φεβρουαριου φεβ febrer veebruar\
 vasario pebruari فبراير
march מרץ במרץ מרס במרס اذار ozujak ozujka mar marz mrz maerz mars marzo marco marzec marca brezen brezna bre martie\
 mart март марта мар березень березня\
 бер maaliskuu maaliskuuta maalis μαρτιος μαρτιου μαρ marts maart mrt maret marcius marc مارس
april אפריל באפריל نيسان travanj travnja apr avril avr abril abr aprile kwiecien kwietnia kwi duben dubna dub aprila\
 aprilie nisan nis апрель апреля апр\
 квітень квітня кві huhtikuu huhtikuuta huhti απριλιος απριλιου απρ aprilis aprill أبريل
may מאי במאי ايار svibanj svibnja mai mayo maggio mag maio maj maja kveten kvetna kve majus mayis маи мая травень\
 травня тра toukokuu toukokuuta\
 touko μαιος μαιου μαι maig mei مايو
june יוני ביוני حزيران lipanj lipnja jun juni juin junio giugno giu junho czerwiec czerwca cze cerven cervna cvn\
 juna iunie iun haziran haz июнь июня\
 июн червень червня чер kesakuu kesakuuta kesa ιουνιος ιουνιου ιουν juny junius يونيو
july יולי ביולי تموز srpanj srpnja jul juli juillet juil julio luglio lug julho lipiec lipca lip cervenec cervence\
 cvc jula iulie iul temmuz tem июль\
 июля июл липень липня лип heinakuu heinakuuta heina ιουλιος ιουλιου ιουλ juliol julius يوليو
august אוגוסט באוגוסט kolovoz kolovoza aug aout agosto ago sierpien sierpnia srpen srpna srp augusta agustos agu\
 август августа авг серпень серпня сер\
 elokuu elokuuta αυγουστος αυγουστου αυγ agost augustus augusti augusztus agustus أغسطس
september ספטמבר בספטמבר ايلول rujan rujna sep sept septembre septiembre settembre set setembro wrzesien wrzesnia\
 wrz zari zar septembra septembrie\
 eylul eyl сентябрь сентября сен сент вересень вересня вер syyskuu syyskuuta syys σεπτεμβριος σεπτεμβριου σεπ\
 setembre\
 szeptember szept سبتمبر
october אוקטובר באוקטובר oct okt oktober octobre octubre ottobre ott outubro out pazdziernik pazdziernika paz rijen\
 rijna rij oktobra\
 octombrie ekim eki октябрь октября окт жовтень жовтня жов lokakuu lokakuuta loka οκτωβριος οκτωβριου οκτ أكتوبر
november נובמבר בנובמבר studeni studenoga nov novembre noviembre novembro listopad listopada lis novembra noiembrie\
 noi kasım kas ноябрь ноября ноя нояб\
 листопад листопада marraskuu marraskuuta marras νοεμβριος νοεμβριου νοε نوفمبر
december דצמבר בדצמבר prosinac prosinca dec decembre diciembre dic dicembre dezembro dez dezember grudzien grudnia\
 gru prosinec prosince decembra\
 decembrie aralık ara декабрь декабря дек грудень грудня joulukuu joulukuuta joulu δεκεμβριος δεκεμβριου δεκ desembre\
 des desember ديسمبر
"""
_WEEKDAYS = """
monday mon montag lundi lunes lunedi segunda maandag mandag poniedziałek pondeli понедельник понеділок pazartesi\
 maanantai maanantaina senin δευτερα 月曜日 星期一 월요일 lunes luni hetfo
tuesday tue tues dienstag mardi martes martedi terca dinsdag tirsdag tisdag wtorek utery вторник вівторок salı tiistai\
 tiistaina selasa τριτη 火曜日 星期二 화요일 marti kedd
wednesday wed mittwoch mercredi miercoles mercoledi quarta woensdag onsdag sroda streda среда середа carsamba\
 keskiviikko keskiviikkona rabu τεταρτη 水曜日 星期三 수요일 miercuri szerda
thursday thu thurs donnerstag jeudi jueves giovedi quinta donderdag torsdag czwartek ctvrtek четверг четвер persembe\
 torstai torstaina kamis πεμπτη 木曜日 星期四 목요일 joi csutortok
friday fri freitag vendredi viernes venerdi sexta vrijdag fredag piatek patek пятница cuma perjantai perjantaina jumat\
 παρασκευη 金曜日 星期五 금요일 vineri pentek
saturday sat samstag sonnabend samedi sabado sabato zaterdag lørdag lordag sobota суббота субота cumartesi lauantai\
 lauantaina sabtu σαββατο 土曜日 星期六 토요일 sambata szombat
sunday sun sonntag dimanche domingo domenica zondag sondag søndag niedziela nedele воскресенье неділя pazar sunnuntai\
 sunnuntaina minggu κυριακη 日曜日 星期日 일요일 duminica vasarnap
"""
_TODAY = (
    "today heute aujourd'hui aujourd’hui hoy oggi hoje vandaag idag dzisiaj dzis dnes сегодня сьогодні bugun"
    " tanaan avui"
    " היום اليوم امروز วันนี้ σημερα astazi danas 今天 今日 오늘"
)
_YESTERDAY = (
    "yesterday gestern hier ayer ieri ontem gisteren igar wczoraj vcera вчера вчора dun eilen kemarin ahir χθες χτες"
    " אתמול أمس دیروز เมื่อวาน вчера tegnap jucer 昨天 昨日 어제"
)
_TWO_DAYS_AGO = (
    "vorgestern avant-hier anteayer antier anteontem altroieri eergisteren förrgår forgårs przedwczoraj předevčírem"
    " позавчера позавчора tegnapelőtt 一昨日 おととい 前天 그저께"
)
_DAY_PHRASES = {"hari ini": 0, "i dag": 0, "i gar": 1, "de hoy": 0, "de ayer": 1}

# seconds of a unit -> the words for it
_UNITS: Mapping[int, str] = {
    1: "second seconds sec secs sekunde sekunden seconde secondes segundo segundos secondo secondi seconden sekund"
    " sekunder sekunder sekunt sekuntia sekundy sekunde sekundami секунд секунды секунду"
    " сек saniye detik שניות שנייה ثانية ثوان ثواني ثانیه giay sekundi sekundes секунди"
    " секунда"
    " δευτερολεπτα seg",
    60: "minute minutes min mins minuten minuto minutos minuto minuti minuut minuter minutter"
    " minuuttia minuutti minuty"
    " minut minutę minuta minutami минут минуты минуту мин хвилин хвилини хвилину dakika"
    " menit דקות דקה دقيقة دقائق دقیقه phut минути minuta minutes minuti λεπτα λεπτο perc"
    " minute",
    3_600: "hour hours hr hrs stunde stunden std heure heures hora horas ora ore uur timme timmar time timer tunti"
    " tuntia godzin godziny godzinę godzinami godz hodin hodinami hodinou час часа часов ч"
    " годин години годину saat jam שעות שעה ساعة ساعات ساعت gio часа sati sata ur ure"
    " valandas valandu stundam tundi"
    " ωρες ωρα ora",
    86_400: "day days tag tage tagen jour jours dia dias giorno giorni dag dagen dagar dage dager paiva paivaa dzien"
    " dni dniami den dny день дня дней дн дні днів ימים יום ايام يوم يوما روز ngay дни dana"
    " dni dnevi dnami dienas dienu dienam paeva gun hari hari-hari μερες ημερες nap zile zi",
    604_800: "week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor uge uger"
    " uke uker viikko viikkoa tydzien tygodni tygodnie tydzień tygodniami tyden tydny неделю недели недель тиждень"
    " тижні тижнів שבועות שבוע اسبوع اسابيع هفته tuan седмици седмица tjedana tjedna"
    " nedelja tyzdnov savaites nadalat hafta minggu εβδομαδες het",
    2_629_800: "month months monat monate monaten mois mes meses mese mesi maand maanden manad manader maned maneder"
    " maaned maaneder kuukausi kuukautta miesiac miesiace miesiecy miesiacami mesic mesici месяц месяца месяцев"
    " місяць місяці місяців חודשים חודש شهر اشهر شهور ماه thang месеца месец mjeseci"
    " mjeseca meseci mesecev menesius menesiem kuud ay bulan μηνες honap luna luni",
    31_557_600: "year years yr yrs jahr jahre jahren an ans annee annees ano anos anno anni jaar ar aar vuosi"
    " vuotta rok lata lat roky lety год года лет рік роки років שנים שנה سنة سنوات عام سال"
    " nam години година godina godine rokmi let metus gadiem aastat yil tahun χρονια ev ani",
}
_SHORT_UNITS = {
    "s": 1,
    "m": 60,
    "min": 60,
    "h": 3_600,
    "d": 86_400,
    "j": 86_400,
    "w": 604_800,
    "mo": 2_629_800,
    "y": 31_557_600,
}
_EAST = {
    "秒": 1, "초": 1, "分钟": 60, "分鐘": 60, "分": 60, "분": 60,
    "小时": 3_600, "小時": 3_600, "時間": 3_600, "시간": 3_600,
    "天": 86_400, "日": 86_400, "일": 86_400, "周": 604_800, "週間": 604_800, "週": 604_800, "주": 604_800,
    "个月": 2_629_800, "個月": 2_629_800, "ヶ月": 2_629_800, "か月": 2_629_800, "カ月": 2_629_800, "개월": 2_629_800,
    "年": 31_557_600, "년": 31_557_600,
    "วินาที": 1, "นาที": 60, "ชั่วโมง": 3_600, "วัน": 86_400, "สัปดาห์": 604_800, "เดือน": 2_629_800, "ปี": 31_557_600,
    "सेकंड": 1, "मिनट": 60, "घंटे": 3_600, "घंटा": 3_600, "दिन": 86_400,
    "सप्ताह": 604_800, "महीने": 2_629_800, "साल": 31_557_600,
}  # fmt: skip
MORE_OR_LESS = (  # between "ago" and the amount, where it stands before it; one short word may always be there
    r"(?:mehr|weniger) als|(?:plus|moins) d[e']|(?:mas|menos) de|(?:piu|meno) di|(?:mais|menos) de|(?:meer|minder) dan"
    r"|(?:more|less) than|aproximadamente"
)
AGO_BEFORE = (
    "vor",
    "il y a",
    "hace",
    "ha",
    "fa",
    "for",
    "pred",
    "przed",
    "πριν",
    "acum",
    "πριν απο",
    "desde hace",
    "לפני",
    "منذ",
    "قبل",
    "преди",
    "prije",
    "пре",
    "pries",
    "pirms",
)
AGO_AFTER = (
    "ago", "fa", "geleden", "sedan", "siden", "sitten", "temu", "назад", "тому", "тому назад", "once", "lalu",
    "yang lalu", "atras", "zpet", "ezelott", "in urma", "back",
    "پیش", "قبل", "truoc", "tagasi",
)  # fmt: skip
_ONES = "a an one ein eine einem einer einen un une uno una um uma een en ett jeden jedna один одну satu bir"
ONE = frozenset(_ONES.split())
JUST_NOW = re.compile(
    r"(?:just now|a moment ago|moments ago|a few seconds ago|less than a minute ago|gerade eben|vor wenigen sekunden"
    r"|vor einem moment|a l['’]instant|ahora mismo|hace un momento|proprio ora|agora mesmo|zojuist|nyss|только что"
    r"|il y a (?:quelques|un) (?:secondes|instants?)|hace (?:unos|pocos|algunos) (?:segundos|instantes)"
    r"|vor ein paar sekunden|przed chwila|chwile temu|kilka sekund temu|несколько секунд назад|ha pouco|prave ted"
    r"|az once|qualche secondo fa"
    r"|刚刚|数秒前|たった今|방금)"
)


def fold(text: str) -> str:
    """Return the text in lower case, without accents, with western digits and single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    spread = unicodedata.normalize("NFKD", text.replace("İ", "i").replace("ı", "i")).casefold()
    bare = "".join(_plain(char) for char in spread if not unicodedata.combining(char))
    return " ".join(unicodedata.normalize("NFC", bare).split())


def _plain(char: str) -> str:
    """Arabic-Indic, Persian, Devanagari ... digits become 0 to 9."""
    digit = unicodedata.digit(char, None)
    return str(digit) if digit is not None and char.isdigit() and not char.isascii() else char


def _numbered(lines: str, first: int) -> dict[str, int]:
    return {fold(word): number for number, line in enumerate(lines.strip().split("\n"), first) for word in line.split()}


MONTHS: Mapping[str, int] = _numbered(_MONTHS, 1)
WEEKDAYS: Mapping[str, int] = _numbered(_WEEKDAYS, 0)
DAYS_BACK: Mapping[str, int] = (
    {fold(word): 0 for word in _TODAY.split()}
    | {fold(word): 1 for word in _YESTERDAY.split()}
    | {fold(word): 2 for word in _TWO_DAYS_AGO.split()}
    | _DAY_PHRASES
)
UNITS: Mapping[str, int] = {fold(word): seconds for seconds, words in _UNITS.items() for word in words.split()}
SHORT_UNITS: Mapping[str, int] = _SHORT_UNITS
EAST_UNITS: Mapping[str, int] = {fold(word): seconds for word, seconds in _EAST.items()}
# the units that Slavic tongues count without a number where it is one, before "ago"
_LONE_UNITS = (
    "секунду минуту час день неделю месяц год хвилину годину тиждень місяць рік"
    " sekundę minutę godzinę dzień tydzień miesiąc rok"
)
LONE_UNITS = frozenset(fold(word) for word in _LONE_UNITS.split())
_ENOUGH = 3  # letters that an unlisted short form must have


def month_of(word: str) -> int | None:
    """Return the month that a folded word names, also cut short ("Septem", "Okto"); None where it names none or two."""
    if found := MONTHS.get(word):
        return found
    if len(word) < _ENOUGH:
        return None
    near = {number for name, number in MONTHS.items() if name.startswith(word)}
    return near.pop() if len(near) == 1 else None
