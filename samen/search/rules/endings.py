"""What may be taken off a word without changing what it is about, language by language.

Light on purpose: a rough stem shared by two forms of one word is enough, because a whole phrase
has to fit before anything is found. Words come normalised (`letters`). Plain Python only.
"""

import re
from collections.abc import Iterator

from samen.search.rules.letters import normalise

_SHORTEST = 3  # letters a stem keeps
_SHORTEST_ROOT = 2  # of scripts that leave vowels out
_ROUNDS = 5  # endings on endings: Turkish and Somali stack them
_MOST_STEMS = 10
_DOUBLED = re.compile(r"(.)\1+")

LATIN = ("nl", "en", "fr", "es", "tr", "so")
ARABIC = ("ar", "fa")
CYRILLIC = ("uk",)
ETHIOPIC = ("ti",)

_ENDINGS: dict[str, str] = {
    "nl": "en n t te ten de den d je jes tje tjes s e er ers ing ingen",
    "en": "ing ings ed d en es s er ers e ly y ies ied ment",
    "fr": "e es ee ees er ez ent ait aient ais ant ants ante s x ir it is ie ies ement ements "
    "ions eur euse eurs",
    "es": "s es a o as os e an en ar er ir ado ada ados adas ido ida idos idas ando iendo aba "
    "aban ia ian aron ieron aste iste amos imos me te se le lo la nos les los las mente cion "
    "ciones io",
    "tr": "im in i u um un imiz iniz umuz unuz lar ler lari leri larim lerim a e ya ye yi yu da "
    "de ta te dan den tan ten nin nun ni nu iyor uyor iyo uyo yor yo iyorum uyorum iyorlar "
    "uyorlar yorlar dim din di du dum dik duk ti tu tim tum ecek acak ecegim acagim mek mak me "
    "ma mis mus ar er ir ur r m n k lik luk li lu siz suz ci cu ce ca yla yle la le ken ip up "
    "iy uy sin sun se sa dir dur tir tur memi mami mama meme mi mu miyor muyor mem mam",
    "so": "ka ga ta da sha ha kii gii tii dii ku gu tu du kayga kaygu kaygii kayaga tayda taydu "
    "tayda teyda teydu keyga keygu keeda kiisa keeda yga ygu yda ay aa ayaa aan een in i o u n "
    "yaa yay yo yso ayo ayso ayaan ayn day tay nay e s ni iyo yada yaal aal ooyin ad tey ka'a "
    "kiis teed ah san noo ynayaa naya nayaa nayo naayo",
    "uk": "ти ть ться тися ся сь є ю у е и і а о я в ла ли ло ло й ий а го ого ому ою ую ей ій "
    "их им ими ами ям ях ах ам ом ем ею єю ові еві ає ає ають яють ять ать уть ють ив ила или "
    "ає ав ала али ував увала ували ує уют ують ування ання ення ння ня ти ний на не ні ну ної "
    "ною но єш еш иш ит ит ет ает ют ят ут ешь ил ал ла лся ой ый ая ое ые ого тель",
    "ar": "ني ه ها هم هن هما كم كن نا ي ك ات ين ون ان ه تين تان وا ت تي تو ا ن ش و يه ينا وني "
    "لي لك له لها",
    "fa": "م ت ش مان تان شان ام ات اش ها هاي هايم هايت هايش هام هاش ي يم يد ند اند است ه ن ان "
    "را رو مو تو و اي ايم ده دن تن يدن دم دند ن اش دي ستم هستم شون مون تون",
}
# A word of these languages may begin with more than itself.
_BEGINNINGS: dict[str, str] = {
    "nl": "ge be ver",
    "uk": "по за з с ви на об від при про пере",
    "ar": "و ف ب ل ك ال وال بال لل فال كال س ي ت ن ا بي بت بن با حي حت هي هت عم كي كت م مت سي ست "
    "وي وت لي لت ما",
    "fa": "مي نمي ن ب بي نا",
    "ti": "",
}
_ROOTS = frozenset({"ar", "fa"})

# Little words that carry no situation of their own. They still count a little, because order
# and person do: "I hit" is not "hits me".
_LITTLE: dict[str, str] = {
    "nl": "de het een en of van in op te ter ten is zijn was ben ik mij me mijn mn je jij jou "
    "jouw u hij ze zij we wij ons jullie hun hen hem haar die dat dit deze er om aan "
    "met voor naar bij uit over dan als maar ook nog wel al heel erg heb heeft hebben "
    "had hadden wordt word worden werd kan kun kunnen kon moet moest mag wil wilt "
    "willen wat wie hoe waar door tot zo zich m n t s steeds altijd elke iedere dag "
    "weer niet geen iets iemand zegt zei zeggen zeg doet doe doen deed gaat ga gaan "
    "ging komt kom komen geeft geef geven maakt maken laat laten zeer veel meer",
    "en": "the a an and or of in on at to is are am was were be been being i me my mine you "
    "your he she it we us our they them his her its this that these those there for "
    "with from by about as but so if then have has had having do does did can could "
    "cannot cant will would should may might m s im ive what who how where when which "
    "again every each always very too just any some dey don no not dont doesnt wont "
    "someone somebody something says said say tell told wants want gets get got go goes "
    "going come comes give gives make makes let lets like really all much more best",
    "fr": "le la les l un une des du de d et ou a au aux en dans sur est es suis sont etre "
    "ete ai as avons ont avoir j je m me moi mon ma mes t tu te toi ton il elle on nous "
    "vous ils elles se s son sa ses leur que qui quoi qu ce c cette ces ne n y pour par "
    "avec sans plus tout tous toute toutes tres bien fait faire veux veut peux peut pas "
    "quelqu quelque dit dire dis va vais vont donne",
    "es": "el la los las un una unos unas de del al a y o e en con por para es soy esta estoy "
    "estan son ser estar he ha han haber yo me mi mis tu te su sus se lo le les nos que "
    "quien como donde cuando muy mas todo todos toda todas ya si pero cada dia fue era "
    "no ni alguien algo dice dijo quiere quiero quieren puedo puede hace hago hacer da "
    "dan tengo tiene va voy",
    "tr": "ve veya bir bu su o da de mi mu ben beni bana benim sen seni sana biz bizi onu ona "
    "icin ile gibi cok daha ne kim nasil nerede var yok her gun hep degil biri birisi "
    "diyor dedi ediyor etti oldu oluyor istiyor istiyorum",
    "so": "iyo ama oo ah ku ka u la i ii in wax waxa waxaan waa waan wuu wu way wey ayaa baa "
    "ayuu ayay ayey buu bay ayaan ma aan aad uu iyada isaga aniga adiga kuu iiga iga "
    "igu lagu laga loo soo sii si inuu inay inaan kan tan ee na no an ay is qof mid "
    "rabo rabaa rabtaa doonayaa leeyahay",
    "uk": "і й та а але в у на з зі із до від за по про для без при як що хто де коли це той "
    "ті цей ця я мене мені мій моя моє мої моїх моєї мою ти тебе він вона воно вони "
    "його її їх ми нас нам є був була було бути не ні нема так вже ще дуже кожен день "
    "мне меня мой он она они и с к бы же то хтось каже сказав говорить хоче хочу можу "
    "може робить треба весь все",
    "ar": "في من على الى عن مع و او ان انا انت هو هي هم نحن هذا هذه ذلك التي الذي ما لا لم لن "
    "قد كان كانت يكون كل يوم عم رح راح يا اي علي لي له لها بس شو كيف وين اللي مش مو مب "
    "ليس حدا احد واحد قال قالت قالوا يقول يقولون بدي بدو بدها اريد يريد يريدون عندي "
    "عنده شي شيء معي معه ana ma fi men w el al bedi bedo 3ala 3an wa howe hiye ya kan "
    "kol yom",
    "fa": "و در به از با كه را رو اين آن ان من مرا منو مره مه تو او ما شما انها هم هر روز "
    "براي تا يا اما اگر است بود هست هستم شد شده شود شدم مي نمي كرد كرده كند ميكند ميكنه "
    "كنم ميكنم چي چه كجا كي خيلي مون تون شون ميخواهد ميخواهم ميخوام ميخواد ميگه ميگويد "
    "گفت نيست نميتونم نميتوانم ميتونم يه يك كسي man mano az ba be ro ra mikhad mikham "
    "ke mara hastam shod shode mikone",
    "ti": "ኣነ ንሱ ንሳ ንሕና ናይ ኣብ ካብ ናብ ምስ ከም እዩ እየ እያ ኣሎ ኣለኹ ኣላ ከኣ እቲ እታ ነዚ እዚ ድማ ግን ወይ ን ኣይኮነን "
    "ይብል ይብለኒ ኢሉ ይደሊ እደሊ ንዓይ ብዙሕ ኩሉ ሓደ eye iyu alo ab kab nab mis nay zelo ane",
}


def _sorted(line: str) -> tuple[str, ...]:
    return tuple(sorted(set(normalise(line).split()), key=lambda part: (-len(part), part)))


ENDINGS = {language: frozenset(normalise(line).split()) for language, line in _ENDINGS.items()}
_LONGEST_ENDING = max(len(ending) for endings in ENDINGS.values() for ending in endings)
BEGINNINGS = {language: _sorted(line) for language, line in _BEGINNINGS.items()}
LITTLE = {language: frozenset(normalise(line).split()) for language, line in _LITTLE.items()}
_LITTLE_ANYWHERE = frozenset().union(*LITTLE.values())


def is_little(word: str, language: str = "") -> bool:
    """Whether a word says nothing about a situation, in one language or in any of them."""
    if language:
        return word in LITTLE.get(language, _LITTLE_ANYWHERE)
    return word in _LITTLE_ANYWHERE


def languages_of(word: str) -> tuple[str, ...]:
    """The languages whose endings a word may carry, told from its script."""
    letter = next((c for c in word if c.isalpha()), "a")
    if letter < "\u0250":
        return LATIN
    if "\u0400" <= letter <= "\u052f":
        return CYRILLIC
    if "\u0600" <= letter <= "\u06ff":
        return ARABIC
    return ETHIOPIC if "\u1200" <= letter <= "\u139f" else ()


def stems(word: str, language: str) -> list[str]:
    """The word without its endings, one less at a time, and without its beginnings."""
    shortest = _SHORTEST_ROOT if language in _ROOTS else _SHORTEST
    found: dict[str, None] = {}
    for base in _without_beginning(word, language, shortest + 1):
        for stem in _without_endings(base, ENDINGS.get(language, frozenset()), shortest):
            found.setdefault(squeezed(stem))
            if len(found) >= _MOST_STEMS:
                return list(found)
    return list(found)


def _without_beginning(word: str, language: str, shortest: int) -> list[str]:
    return [word] + [
        word[len(beginning) :]
        for beginning in BEGINNINGS.get(language, ())
        if word.startswith(beginning) and len(word) - len(beginning) >= shortest
    ]


def _without_endings(word: str, endings: frozenset[str], shortest: int) -> Iterator[str]:
    """The word, then what is left after each of its endings, the longest ending first."""
    yield word
    for _ in range(_ROUNDS):
        size = min(_LONGEST_ENDING, len(word) - shortest)
        while size > 0 and word[-size:] not in endings:
            size -= 1
        if size <= 0:
            return
        word = word[:-size]
        yield word


def squeezed(word: str) -> str:
    """Doubled letters once: people double and undouble them as they hear them."""
    return _DOUBLED.sub(r"\1", word)
