# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""The rules of scan.py and the stretches of strips.py once more, row by row, for a compiler.

It is optional: without it numpy answers, and what numpy answers is the measure of this
(tests/test_strips.py, tests/test_scan.py). Change a rule there first, then here. The weights and
the bits are read from where they are kept; nothing is decided here. See docs/decisions/0015.

    scripts/kernel.py       compiles it, where there is a compiler
"""

import numpy as np

cimport cython
cimport numpy as cnp
from libc.math cimport INFINITY, M_PI, NAN, acos, asin, cos, exp, isnan, rint, sin, sqrt
from libc.stdlib cimport free, malloc, qsort
from libc.string cimport memcmp, memset

from samen.search.engine.columns.index import (
    COSTS, EMERGENCY, KNOWN, NOBODY_SAID, SOMETIMES, VERIFIED, WORD_BITS)
from samen.search.engine.columns import lists
from samen.search.rules import ground, ranking, wording
from samen.search.rules.asking import BIT, Reason

cnp.import_array()

cdef extern from *:
    int _lowest "__builtin_ctzll"(unsigned long long) noexcept nogil  # bit that is set

ctypedef unsigned int Word  # WORD_BITS of them
ctypedef unsigned short Low  # what a row is on its page: PAGE_BITS of them
ctypedef unsigned long long Sheet
ctypedef long long Bits

cdef double EMERGENCY_FIRST = ranking.EMERGENCY_FIRST
cdef double FITS = ranking.FITS, FORM = ranking.FORM, KIND_MOST = ranking.KIND_MOST
cdef double WORDS = ranking.WORDS, WORDS_HALF = ranking.WORDS_HALF
cdef double NEAR = ranking.NEAR, NEARNESS = ranking.NEARNESS
cdef double FADES = -1 / ranking.NEARNESS_FADES
cdef double AROUND = ranking.AROUND, PLACE_UNKNOWN = ranking.PLACE_UNKNOWN
cdef double EVERYWHERE = ranking.EVERYWHERE, EVERYWHERE_REMOTE = ranking.EVERYWHERE_REMOTE
cdef double SPEAKS = ranking.SPEAKS, INTERPRETER = ranking.INTERPRETER
cdef double INTERPRETER_PARTLY = ranking.INTERPRETER_PARTLY
cdef double LANGUAGES_UNKNOWN = ranking.LANGUAGES_UNKNOWN
cdef double FOR_YOU = ranking.FOR_YOU, FOR_YOU_MOST = ranking.FOR_YOU_MOST
cdef double MAYBE_FOR_OTHERS = ranking.MAYBE_FOR_OTHERS
cdef double NO_PAPERS = ranking.NO_PAPERS, NO_PAPERS_PARTLY = ranking.NO_PAPERS_PARTLY
cdef double FREE = ranking.FREE, NEARLY_FREE = ranking.NEARLY_FREE, REACHABLE = ranking.REACHABLE
cdef double FRESH = ranking.FRESH, RATHER_FRESH = ranking.RATHER_FRESH
cdef int FRESH_DAYS = ranking.FRESH_DAYS, RATHER_FRESH_DAYS = ranking.RATHER_FRESH_DAYS
cdef double EXACT = 10.0 ** ranking.PLACES_OF_A_SCORE
cdef double WHOLE = 1.5 * 2.0**52, MOST_EXACT = 2.0**50
cdef double ROUNDED_UP = 1 / EXACT
cdef double[8] TRUST
for _place, _name in enumerate(VERIFIED):
    TRUST[_place] = ranking.TRUST.get(_name, 0.0)

cdef int YES = KNOWN.index("yes"), PARTLY = KNOWN.index("partly"), NO = KNOWN.index("no")
cdef int COSTS_NOTHING = COSTS.index("free"), LOCAL = COSTS.index("local")
cdef int DONATION = COSTS.index("donation"), PAID = COSTS.index("paid")
cdef int PERSON = VERIFIED.index("person"), NO_AGE = NOBODY_SAID, NOT_ALWAYS = SOMETIMES
cdef double HEAVIEST = wording.HEAVIEST

# What a municipality and a moment may be to a question, and where a row then is: as in scan.py.
cdef int HERE = 1, NEXT_DOOR = 2, LOST = 4
cdef int OPEN = 0, CLOSED = 1, URGENT_ONLY = 2, UNKNOWN = 3
cdef int IS_READY = 0, IN_REVIEW = 1  # parts of an answer
cdef double[4] WORTH_NOW
WORTH_NOW[0], WORTH_NOW[1] = ranking.OPEN, 0.0
WORTH_NOW[2], WORTH_NOW[3] = ranking.URGENT_ONLY, ranking.HOURS_UNKNOWN

cdef Bits SAY_EMERGENCY = BIT[Reason.EMERGENCY], SAY_FIRST_STEP = BIT[Reason.FIRST_STEP]
cdef Bits SAY_FITS = BIT[Reason.FITS], SAY_KIND = BIT[Reason.KIND_OF_HELP]
cdef Bits SAY_WORDS = BIT[Reason.HAS_WORDS], SAY_NEAR = BIT[Reason.NEAR]
cdef Bits SAY_AROUND = BIT[Reason.AROUND], SAY_EVERYWHERE = BIT[Reason.EVERYWHERE]
cdef Bits SAY_SPEAKS = BIT[Reason.SPEAKS], SAY_INTERPRETER = BIT[Reason.INTERPRETER]
cdef Bits SAY_OPEN = BIT[Reason.OPEN_NOW], SAY_URGENT = BIT[Reason.URGENT_ONLY]
cdef Bits SAY_FOR_YOU = BIT[Reason.FOR_YOU], SAY_NO_PAPERS = BIT[Reason.NO_PAPERS]
cdef Bits SAY_FREE = BIT[Reason.FREE], SAY_REACHABLE = BIT[Reason.REACHABLE]
cdef Bits SAY_CONFIRMED = BIT[Reason.CONFIRMED], SAY_NOT_CONFIRMED = BIT[Reason.NOT_CONFIRMED]
cdef Bits ASK_PLACE = BIT[Reason.ASK_PLACE], ASK_LANGUAGES = BIT[Reason.ASK_LANGUAGES]
cdef Bits ASK_HOURS = BIT[Reason.ASK_HOURS], ASK_PAPERS = BIT[Reason.ASK_PAPERS]
cdef Bits ASK_COST = BIT[Reason.ASK_COST], ASK_CHANNEL = BIT[Reason.ASK_CHANNEL]
cdef Bits ASK_GROUP = BIT[Reason.ASK_GROUP]

cdef double EARTH = ground.EARTH, RADIAN = M_PI / 180
cdef double NEARBY = 0.05  # of a radian, some 300 kilometres
cdef double STRIP_APART = ground._APART, WHOLE_TURN = ground._AROUND, POLE = ground._POLE
cdef double SLACK_KM = ground._SLACK_KM, SLACK = ground._SLACK
cdef double UNPLACED = ground.UNPLACED, END = ground.END
cdef int PER_DEGREE = ground._PER_DEGREE

cdef enum:
    NEITHER = 2  # of the parts
    NOT_ASKED = -1  # the clock
    SIDE_BY_SIDE = 8  # lists that are read so
    OF_A_WORD = 32
    PAGE_BITS = 16
    PAGE = 1 << PAGE_BITS  # rows (see columns/lists.py)
    NO_MORE = PAGE  # of the rows of a page
    STRETCH = 32  # rows of which the first is at hand
    FAR_APART = 16  # words of a sheet for each row
    BY_HAND = 64  # places that are put in order one by one


assert (OF_A_WORD, PAGE_BITS, PAGE) == (WORD_BITS, lists.PAGE_BITS, lists.PAGE)


@cython.final
cdef class Masks:
    """Bits of one kind, a word each; `any` says whether there are any."""

    cdef readonly Word[::1] words
    cdef Py_ssize_t many
    cdef bint any

    def __init__(self, words):
        self.words, self.many = words, len(words)
        self.any = bool(words.any())


cdef inline bint _has(const Word* bits, Masks masks) noexcept:
    """Whether a row, of which these are the bits, has any of those."""
    cdef Py_ssize_t word
    cdef const Word* wanted = &masks.words[0]
    cdef Word found = 0
    for word in range(masks.many):
        found |= bits[word] & wanted[word]
    return found != 0


cdef inline bint _has_any(const Word* bits, Py_ssize_t many) noexcept:
    cdef Py_ssize_t word
    for word in range(many):
        if bits[word]:
            return True
    return False


cdef inline bint _is_set(const unsigned char* bits, Py_ssize_t row) noexcept:
    return bits[row >> 3] >> (row & 7) & 1


cdef inline double _rounded(double value) noexcept:
    cdef double many = value * EXACT
    if -MOST_EXACT < many < MOST_EXACT:  # to the nearest whole number, as rint does, but quicker
        return (many + WHOLE - WHOLE) / EXACT
    return rint(many) / EXACT


cdef inline double _half_squared(double x) noexcept:
    """The square of the sine of half of it."""
    cdef double y = x * x
    return y * 0.25 * (1 - y * (1 / 12.0) * (1 - y * (1 / 30.0) * (1 - y * (1 / 56.0) * (
        1 - y * (1 / 90.0)))))


cdef inline double _sine(double x) noexcept:
    cdef double y = x * x
    return x * (1 - y * (1 / 6.0) * (1 - y * (1 / 20.0) * (1 - y * (1 / 42.0) * (
        1 - y * (1 / 72.0)))))


cdef inline double _arc(double y) noexcept:
    """What has the root of it for a sine."""
    return sqrt(y) * (1 + y * (1 / 6.0 + y * (3 / 40.0 + y * (
        15 / 336.0 + y * (105 / 3456.0 + y * (945 / 42240.0))))))


ctypedef fused Number:
    int  # of rows
    Low
    double  # of where things are


cdef inline Py_ssize_t _first(const Number* numbers, Py_ssize_t many, Number one) noexcept:
    """How many of the list, which is in order, lie before this one. Without a branch: which half it
    is in nobody can guess."""
    cdef Py_ssize_t low = 0, half
    while many > 1:
        half = many >> 1
        low += half if numbers[low + half - 1] < one else 0
        many -= half
    return low + (many == 1 and numbers[low] < one)


cdef inline Py_ssize_t _onward(const Low* rows, Py_ssize_t many, Low row) noexcept:
    """The same, where it is likely near the beginning: what lies far off is not even looked at."""
    cdef Py_ssize_t step = 4, low
    while step < many and rows[step - 1] < row:
        step <<= 2
    low = step >> 2 if step > 4 else 0
    return low + _first(&rows[low], min(step, many) - low, row)


@cython.final
cdef class Chosen:
    """What a need means to the services of one index: asked often, and so put together once."""

    cdef Masks direct, forms
    cdef const long long[::1] support  # places among the needs
    cdef const int[::1] route_row  # each once, in order
    cdef const double[::1] route_worth, support_worth
    cdef bint kinds, urgent
    cdef bint only_direct  # nothing but what was chosen itself fits
    cdef readonly list marks  # of which every row has one that may fit

    def __init__(self, direct, forms, routes, support, support_worth, *, kinds, urgent, marks):
        self.direct, self.forms, self.support = direct, forms, support
        self.route_row, self.route_worth = routes
        self.support_worth, self.kinds, self.urgent = support_worth, kinds, urgent
        self.marks = marks
        self.only_direct = not (kinds or urgent or len(self.route_row))


cdef struct Way:
    double latitude
    double longitude
    double way  # km
    double worth


@cython.final
cdef class Asked:
    """A question in numbers."""

    cdef public Chosen chosen
    cdef public bint words, every_word, place, language, groups, only, age
    cdef public bint no_papers, free, channels, open_now, always
    cdef public bint counting  # nobody asks how far it is, nor which is the best
    cdef public Py_ssize_t many_words
    cdef public double latitude, longitude, within
    cdef double sine, cosine  # of the latitude
    cdef double surely_within, surely_beyond  # as the square of half a chord
    cdef Way last  # the town that was asked for last: neighbours are often in one
    cdef public object seen
    cdef const signed char* known  # of `seen`
    cdef public object heard  # a bit for each row, of who talks with her and of who cannot
    cdef const unsigned char* talks
    cdef const unsigned char* cannot  # nothing where nobody put them together
    cdef public Masks remote, kin, members, maybe, offered
    cdef public list said  # a mask for each group
    cdef public int youngest, oldest, today

    cdef open_up(self):
        if self.heard is not None:
            self.talks = <const unsigned char*>_data(self.heard[0], cnp.NPY_UINT8)
            self.cannot = <const unsigned char*>_data(self.heard[1], cnp.NPY_UINT8)
        if self.place:
            self.known = <const signed char*>_data(self.seen, cnp.NPY_INT8)
            self.sine, self.cosine = sin(self.latitude * RADIAN), cos(self.latitude * RADIAN)
            self.last.latitude = NAN
            self.surely_within = sin(max(0.0, self.within - SLACK_KM) / EARTH / 2) ** 2
            self.surely_beyond = sin((self.within + SLACK_KM) / EARTH / 2) ** 2


cdef struct One:  # a row while it is judged
    Py_ssize_t row
    double score
    double distance
    double nearness  # what that is worth
    Bits why
    bint direct
    bint local


cdef struct Kept:  # what stays of it: who asks for more has it judged again
    double score
    int at  # among the rows that were looked at
    signed char now  # what the clock says
    unsigned char part  # of the answer


cdef struct Rank:
    double score
    int number
    int place


cdef struct Lists:  # of rows (see columns/lists.py): of each key a list for each page
    const Low* low
    const int* start
    Py_ssize_t keys
    Py_ssize_t many  # rows of all of them


cdef struct Piece:
    Py_ssize_t word, first, last  # the number of the word in the question; the keys
    double likeness


@cython.final
cdef class Desk:
    """What lies open while a question is answered: an array of numpy costs a microsecond each."""

    cdef Piece* pieces  # of the words of the question
    cdef double* rarity  # of each word
    cdef Lists* lists  # in which every row is that may be meant
    cdef Py_ssize_t many_pieces, many_words, many_lists
    cdef double* homes  # where the stretches begin and end, on the ground
    cdef int* bounds  # 0, where they begin and end among the rows, and the end of the rows
    cdef Py_ssize_t places, ends
    cdef int* rows
    cdef Py_ssize_t many
    cdef Py_ssize_t* begun  # where among the rows each page begins
    cdef bint all_fit  # what was chosen, and nothing needs to be looked up
    cdef double* told  # of each row what all words tell together
    cdef double* best  # and what one of them does
    cdef int* met  # how many of them it has
    cdef Kept* kept
    cdef Py_ssize_t left
    cdef Py_ssize_t[3] many_of  # each part

    cdef void count(self) noexcept:
        cdef Py_ssize_t place
        for place in range(self.left):
            self.many_of[self.kept[place].part] += 1

    def __dealloc__(self):
        _put_back(self.pieces)
        _put_back(self.rarity)
        _put_back(self.lists)
        _put_back(self.homes)
        _put_back(self.bounds)
        _put_back(self.rows)
        _put_back(self.begun)
        _put_back(self.told)
        _put_back(self.best)
        _put_back(self.met)
        _put_back(self.kept)


def _at_one_town(columns):
    """Of each row whether it is to be had there and nowhere else."""
    once = np.diff(columns.town_start) == 1
    once &= np.diff(columns.area_start) == 0
    once &= ~columns.national
    return once.view(np.uint8)


# Memory for a question, of which a large one is kept for the next: the system would take it back,
# and to get it again page by page takes as long as to answer. Nobody else runs while it changes
# hands, because whoever does holds the lock of Python.
cdef enum:
    SPARES = 6
    NOT_WORTH_KEEPING = 1 << 16  # bytes
    TOO_LARGE = 1 << 23

cdef struct Block:  # before what is handed out
    size_t size
    size_t unused  # so that what follows lies as malloc would have laid it

cdef Block *_spares[SPARES]


cdef void* _room(size_t many, size_t of) except NULL:
    cdef size_t size = (many or 1) * of
    cdef Block* block
    cdef Py_ssize_t place, fits = -1
    if size >= NOT_WORTH_KEEPING:
        for place in range(SPARES):
            if _spares[place] is not NULL and _spares[place].size >= size:
                if fits < 0 or _spares[place].size < _spares[fits].size:
                    fits = place
    if fits >= 0:
        block, _spares[fits] = _spares[fits], NULL
        return block + 1
    block = <Block*>malloc(sizeof(Block) + size)
    if block is NULL:
        raise MemoryError
    block.size = size
    return block + 1


cdef void _put_back(void* room) noexcept:
    """Kept in the place of the smallest that is kept, if it is larger."""
    cdef Block* block
    cdef Py_ssize_t place, smallest = 0
    if room is NULL:
        return
    block = <Block*>room - 1
    if NOT_WORTH_KEEPING <= block.size <= TOO_LARGE:
        for place in range(SPARES):
            if _spares[place] is NULL:
                _spares[place] = block
                return
            if _spares[place].size < _spares[smallest].size:
                smallest = place
        if _spares[smallest].size < block.size:
            block, _spares[smallest] = _spares[smallest], block
    free(block)


cdef inline object _made(Py_ssize_t many, int kind):
    """An array, by the short way."""
    cdef cnp.npy_intp size = many
    return cnp.PyArray_EMPTY(1, &size, kind, 0)


cdef inline void* _data(cnp.ndarray array, int kind) except? NULL:
    """Where an array lies. Raises TypeError for one of another kind, or with gaps."""
    if cnp.PyArray_TYPE(array) != kind or not cnp.PyArray_IS_C_CONTIGUOUS(array):
        raise TypeError(kind)
    return cnp.PyArray_DATA(array)


@cython.final
cdef class Quick:
    """The columns of an index, and how they are asked."""

    cdef readonly object index
    cdef Py_ssize_t size
    cdef const double[::1] home, town_latitude, town_longitude, spare_home
    cdef const int[::1] number, last_seen, hours, area, spare_row, town_start, area_start
    cdef const int[::1] post_start, mark_start, word_start
    cdef const Low[::1] post_row, mark_row
    cdef Py_ssize_t pages
    cdef Py_ssize_t emergencies  # the mark; -1 where there are none
    cdef const unsigned char[::1] review, apart, emergency, national, post_weight, word_text
    cdef const signed char[::1] interpreter, without_documents, cost, verified, all_week
    cdef const short[::1] minimum_age, maximum_age
    cdef const Word[:, ::1] channel, welcome, only, speaks
    cdef const int[::1] need_start
    cdef const Low[::1] need
    cdef const unsigned char[::1] at_one_town
    cdef const double[::1] stretch_home

    def __init__(self, index):
        columns = index.columns
        self.index, self.size = index, len(columns.number)
        self.home, self.spare_home = columns.home, columns.spare_home
        self.town_latitude, self.town_longitude = columns.town_latitude, columns.town_longitude
        self.number, self.last_seen, self.hours = columns.number, columns.last_seen, columns.hours
        self.area, self.spare_row = columns.area, columns.spare_row
        self.town_start, self.area_start = columns.town_start, columns.area_start
        self.post_start, self.post_row = columns.post_start, columns.post_row
        self.mark_start, self.mark_row = columns.mark_start, columns.mark_row
        self.pages = index.having_words.pages
        mark = index.place_of_mark(f"{EMERGENCY}:")
        self.emergencies = -1 if mark is None else mark
        self.word_start, self.word_text = columns.word_start, columns.word_text
        self.post_weight = columns.post_weight
        self.review = columns.review.view(np.uint8)
        self.emergency = columns.emergency.view(np.uint8)
        self.apart = (columns.review & ~columns.emergency).view(np.uint8)
        self.national = columns.national.view(np.uint8)
        self.interpreter = columns.interpreter
        self.without_documents = columns.without_documents
        self.cost, self.verified, self.all_week = columns.cost, columns.verified, columns.all_week
        self.minimum_age, self.maximum_age = columns.minimum_age, columns.maximum_age
        self.channel, self.welcome = columns.bits_channel, columns.bits_for
        self.only, self.speaks = columns.bits_only, columns.bits_speaks
        self.need_start, self.need = columns.need_start, columns.need
        self.at_one_town = _at_one_town(columns)
        self.stretch_home = columns.home[::STRETCH].copy()

    # --- words --------------------------------------------------------------------------------

    def place_of_word(self, bytes word):
        """How many words stand before it. As bytes they are in the order of their letters."""
        cdef const unsigned char* asked = word
        cdef Py_ssize_t low = 0, high = self.word_start.shape[0] - 1, middle, size = len(word)
        while low < high:
            middle = (low + high) >> 1
            if self._compared(middle, asked, size) < 0:
                low = middle + 1
            else:
                high = middle
        return low

    def span(self, bytes word):
        """Where it stands, whether it is there, and where the words end that begin so."""
        cdef const unsigned char* asked = word
        cdef Py_ssize_t size = len(word), many = self.word_start.shape[0] - 1
        cdef Py_ssize_t first = self.place_of_word(word), low = first, step = 1, middle, high
        while low < many and self._begins(low, asked, size):  # a few, mostly
            low += step
            step *= 2
        low, high = max(first, low - step // 2), min(low, many)
        while low < high:
            middle = (low + high) >> 1
            if self._begins(middle, asked, size):
                low = middle + 1
            else:
                high = middle
        return first, low > first and self._size(first) == size, low

    def pieces(self, bytes word, bint is_beginning, piece, double begun):
        """The lists of the word itself, and of those that begin so, which are worth `begun`."""
        place, is_there, behind = self.span(word)
        cdef Py_ssize_t first = place, others = place + is_there, last = behind
        found = []
        if is_there:
            found.append(piece(first, first + 1, 1.0, self._rows_of(first, first + 1)))
        if is_beginning and others < last:
            found.append(piece(others, last, begun, self._rows_of(others, last)))
        return found

    cdef inline Py_ssize_t _rows_of(self, Py_ssize_t first, Py_ssize_t last) noexcept:
        """How many rows the lists of these words have."""
        return self.post_start[last * self.pages] - self.post_start[first * self.pages]

    cdef inline Py_ssize_t _size(self, Py_ssize_t place) noexcept:
        return self.word_start[place + 1] - self.word_start[place]

    cdef inline bint _begins(self, Py_ssize_t place, const unsigned char* word,
                             Py_ssize_t size) noexcept:
        if self._size(place) < size:
            return False
        return memcmp(&self.word_text[self.word_start[place]], word, size) == 0

    cdef int _compared(self, Py_ssize_t place, const unsigned char* word, Py_ssize_t size) noexcept:
        cdef Py_ssize_t start = self.word_start[place]
        cdef Py_ssize_t own = self.word_start[place + 1] - start
        cdef int said = memcmp(&self.word_text[start], word, own if own < size else size)
        if said == 0 and own != size:
            return -1 if own < size else 1
        return said

    cdef void _read(self, Desk desk, list sought) except *:
        """The words of the question, piece by piece."""
        cdef Py_ssize_t at = 0
        desk.many_words = len(sought)
        desk.many_pieces = sum([len(word.pieces) for word in sought])
        desk.pieces = <Piece*>_room(desk.many_pieces, sizeof(Piece))
        desk.rarity = <double*>_room(desk.many_words, sizeof(double))
        for number, word in enumerate(sought):
            desk.rarity[number] = word.rarity
            for piece in word.pieces:
                desk.pieces[at].word = number
                desk.pieces[at].first, desk.pieces[at].last = piece.first, piece.last
                desk.pieces[at].likeness = piece.likeness
                at += 1

    cdef void _list_words(self, Asked asked, Desk desk) except *:
        """What has one of the words; where all of them are wanted, what has the rarest."""
        cdef Py_ssize_t at, word, rows, fewest = -1, rarest = -1
        if asked.every_word:
            for word in range(desk.many_words):
                rows = 0
                for at in range(desk.many_pieces):
                    if desk.pieces[at].word == word:
                        rows += self._rows_of(desk.pieces[at].first, desk.pieces[at].last)
                if fewest < 0 or rows < fewest:
                    fewest, rarest = rows, word
        desk.lists = <Lists*>_room(desk.many_pieces, sizeof(Lists))
        for at in range(desk.many_pieces):
            if rarest in (-1, desk.pieces[at].word):
                desk.lists[desk.many_lists] = self._lists_of(
                    self.post_start, self.post_row, desk.pieces[at].first, desk.pieces[at].last)
                desk.many_lists += 1

    cdef void _tell(self, Desk desk) except *:
        """Of each of the rows what all words tell together, and how many of them it has."""
        cdef Py_ssize_t many = desk.many, place, word, at = 0
        desk.told = <double*>_room(many, sizeof(double))
        desk.best = <double*>_room(many, sizeof(double))
        desk.met = <int*>_room(many, sizeof(int))
        memset(desk.told, 0, many * sizeof(double))
        memset(desk.met, 0, many * sizeof(int))
        desk.begun = <Py_ssize_t*>_room(self.pages + 1, sizeof(Py_ssize_t))
        for place in range(self.pages + 1):
            desk.begun[place] = _first(desk.rows, many, <int>(place << PAGE_BITS))
        for word in range(desk.many_words):
            memset(desk.best, 0, many * sizeof(double))
            while at < desk.many_pieces and desk.pieces[at].word == word:
                self._meet(desk, &desk.pieces[at])
                at += 1
            for place in range(many):
                if desk.best[place] > 0:
                    desk.told[place] += desk.best[place] * desk.rarity[word]
                    desk.met[place] += 1

    cdef void _meet(self, Desk desk, const Piece* piece) noexcept:
        """Page by page of those on which the rows are."""
        cdef double worth = piece.likeness / HEAVIEST
        cdef Py_ssize_t key, page, place
        cdef const Py_ssize_t* begun = desk.begun
        for key in range(piece.first, piece.last):
            for page in range(self.pages):
                place = key * self.pages + page
                if begun[page] < begun[page + 1] and (
                        self.post_start[place] < self.post_start[place + 1]):
                    self._meet_on(desk, self.post_start[place], self.post_start[place + 1],
                                  begun[page], begun[page + 1], worth)

    cdef inline void _meet_on(self, Desk desk, Py_ssize_t start, Py_ssize_t last, Py_ssize_t here,
                              Py_ssize_t end, double worth) noexcept:
        """One page of the list, and the rows that are on it: the shorter is looked for in the
        other."""
        cdef const int* rows = desk.rows
        cdef const Low* low = &self.post_row[start]
        cdef const unsigned char* weights = &self.post_weight[start]
        cdef double* best = desk.best
        cdef Py_ssize_t many = last - start, at = 0
        cdef Low row
        if many > end - here:
            at = _first(low, many, <Low>(rows[here] & (PAGE - 1)))
            while here < end:
                row = <Low>(rows[here] & (PAGE - 1))
                at += _onward(&low[at], many - at, row)
                if at < many and low[at] == row:
                    best[here] = max(best[here], weights[at] * worth)
                here += 1
            return
        for at in range(many):
            here += _first(&rows[here], end - here, (rows[here] & ~(PAGE - 1)) | low[at])
            if here == end:
                return
            if (rows[here] & (PAGE - 1)) == low[at]:
                best[here] = max(best[here], weights[at] * worth)

    cdef bint _may_merge(self, Asked asked, Desk desk) noexcept:
        """Whether any word anywhere is asked for, and each is in a few lists."""
        cdef Py_ssize_t at
        if asked.place or asked.every_word or desk.many_pieces > SIDE_BY_SIDE:
            return False
        for at in range(desk.many_pieces):
            if desk.pieces[at].last != desk.pieces[at].first + 1:
                return False
        return True

    cdef void _merge(self, Desk desk, const unsigned char* gone) except *:
        """The lists are read side by side: every row once, in order, and what all words tell."""
        cdef Py_ssize_t each, page, room = 0
        for each in range(desk.many_pieces):
            room += self._rows_of(desk.pieces[each].first, desk.pieces[each].last)
        desk.rows = <int*>_room(room, sizeof(int))
        desk.told = <double*>_room(room, sizeof(double))
        desk.met = <int*>_room(room, sizeof(int))
        for page in range(self.pages):
            self._merge_page(desk, page, gone)

    cdef void _merge_page(self, Desk desk, Py_ssize_t page, const unsigned char* gone) noexcept:
        cdef int[SIDE_BY_SIDE] head
        cdef Py_ssize_t[SIDE_BY_SIDE] at, end
        cdef double[SIDE_BY_SIDE] worth
        cdef bint[SIDE_BY_SIDE] is_last  # of the lists of its word
        cdef const Piece* pieces = desk.pieces
        cdef const Low* posts = &self.post_row[0]
        cdef const unsigned char* weights = &self.post_weight[0]
        cdef Py_ssize_t each, alone, start, last, place, lists = desk.many_pieces, many = desk.many
        cdef int row, following, met, base = <int>(page << PAGE_BITS)
        cdef double told, best
        cdef int* rows = desk.rows
        cdef int* mets = desk.met
        cdef double* tolds = desk.told
        for each in range(lists):
            place = pieces[each].first * self.pages + page
            at[each], end[each] = self.post_start[place], self.post_start[place + 1]
            worth[each] = pieces[each].likeness / HEAVIEST
            is_last[each] = each + 1 == lists or pieces[each + 1].word != pieces[each].word
            head[each] = <int>posts[at[each]] if at[each] < end[each] else NO_MORE
        while True:
            row = following = NO_MORE
            alone = 0
            for each in range(lists):
                if head[each] < row:
                    row, following, alone = head[each], row, each
                elif head[each] < following:
                    following = head[each]
            if row == NO_MORE:
                break
            if row < following:  # in one list alone, as those that come next may be
                start, last = at[alone], end[alone]
                while start < last and posts[start] < following:
                    row = base | posts[start]
                    rows[many], mets[many] = row, weights[start] > 0
                    tolds[many] = weights[start] * worth[alone] * desk.rarity[pieces[alone].word]
                    many += gone is NULL or not gone[row]
                    start += 1
                at[alone], head[alone] = start, <int>posts[start] if start < last else NO_MORE
                continue
            told, best, met = 0, 0, 0
            for each in range(lists):
                if head[each] == row:
                    best = max(best, weights[at[each]] * worth[each])
                    at[each] += 1
                    head[each] = <int>posts[at[each]] if at[each] < end[each] else NO_MORE
                if is_last[each] and best > 0:
                    told += best * desk.rarity[pieces[each].word]
                    met += 1
                    best = 0
            rows[many], tolds[many], mets[many] = base | row, told, met
            many += gone is NULL or not gone[base | row]
        desk.many = many

    # --- which rows ---------------------------------------------------------------------------

    cdef Lists _lists_of(self, const int[::1] start, const Low[::1] low, Py_ssize_t first,
                         Py_ssize_t last) noexcept:
        cdef Lists found
        found.low, found.start = &low[0] if low.shape[0] else NULL, &start[first * self.pages]
        found.keys = last - first
        found.many = start[last * self.pages] - start[first * self.pages]
        return found

    cdef Lists _having_mark(self, Py_ssize_t mark) noexcept:
        return self._lists_of(self.mark_start, self.mark_row, mark, mark + 1)

    cdef void _list(self, Desk desk, list marks) except *:
        desk.lists = <Lists*>_room(len(marks), sizeof(Lists))
        for mark in marks:
            desk.lists[desk.many_lists] = self._having_mark(mark)
            desk.many_lists += 1

    cdef void _candidates(self, Asked asked, Desk desk, list areas) except *:
        """Rows, in order, among which everything is that may be an answer."""
        cdef Py_ssize_t room = 0, place, many = 0
        if desk.lists is NULL and not asked.place:
            desk.rows, desk.many = <int*>_room(self.size, sizeof(int)), self.size
            for place in range(self.size):
                desk.rows[place] = place
            return
        if asked.place:
            room += self._bound(asked, desk) + self.spare_row.shape[0]
            if self.emergencies >= 0:
                room += self._having_mark(self.emergencies).many
        if desk.lists is NULL:
            for place in range(1, desk.ends + 1, 2):
                room += desk.bounds[place + 1] - desk.bounds[place]
        for place in range(desk.many_lists):
            room += desk.lists[place].many
        for mark in areas:
            room += self._having_mark(mark).many
        desk.rows = <int*>_room(room, sizeof(int))
        desk.all_fit = not asked.words and asked.chosen is not None and asked.chosen.only_direct
        if asked.place:
            many = self._nearby(asked, desk, areas)
        else:
            for place in range(desk.many_lists):
                many = self._copied(&desk.lists[place], desk.rows, many)
        desk.many = _in_order(desk, many)

    cdef Py_ssize_t _bound(self, Asked asked, Desk desk) except -1:
        """Where the stretches around the place begin and end. What nobody can place is in all."""
        cdef Py_ssize_t place
        self._stretches(asked, desk)
        desk.ends = desk.places + 2
        desk.bounds = <int*>_room(desk.ends + 2, sizeof(int))
        for place in range(desk.places):
            desk.bounds[place + 1] = self._before(desk.homes[place])
        desk.bounds[desk.ends - 1] = self._before(UNPLACED)
        desk.bounds[desk.ends] = self._before(END)
        desk.bounds[0], desk.bounds[desk.ends + 1] = 0, self.size
        return 0

    cdef inline Py_ssize_t _before(self, double home) noexcept:
        """How many rows stand before what is there: first among the few that are at hand."""
        cdef Py_ssize_t after = _first(&self.stretch_home[0], self.stretch_home.shape[0], home)
        cdef Py_ssize_t start = (after - 1) * STRETCH if after else 0
        return start + _first(&self.home[start], min(STRETCH, self.size - start), home)

    cdef Py_ssize_t _nearby(self, Asked asked, Desk desk, list areas) except -1:
        cdef Py_ssize_t many = 0, pair, place, near
        cdef int* into = desk.rows
        cdef Py_ssize_t many_spare = self.spare_home.shape[0]
        cdef const double* spare = &self.spare_home[0] if many_spare else NULL
        cdef Lists others
        if desk.lists is NULL:
            for pair in range(1, desk.ends + 1, 2):
                for place in range(desk.bounds[pair], desk.bounds[pair + 1]):
                    into[many] = place
                    many += 1
        for place in range(desk.many_lists):
            many = self._cut(&desk.lists[place], desk.bounds + 1, desk.ends, into, many)
        near = many
        for mark in areas:
            others = self._having_mark(mark)
            many = self._cut(&others, desk.bounds, desk.ends + 2, into, many)
        for pair in range(0, desk.places, 2):
            for place in range(_first(spare, many_spare, desk.homes[pair]),
                               _first(spare, many_spare, desk.homes[pair + 1])):
                into[many] = self.spare_row[place]
                many += 1
        if self.emergencies >= 0:
            others = self._having_mark(self.emergencies)
            many = self._copied(&others, into, many)
        return self._fitting(asked.chosen, into, near, many) if desk.all_fit else many

    cdef Py_ssize_t _cut(self, const Lists* having, const int* ends, Py_ssize_t many_ends,
                         int* into, Py_ssize_t many) noexcept:
        """What of the lists lies within the ends, after what is there."""
        cdef Py_ssize_t key, pair, page, known, at = 0, size = 0
        cdef const int* start
        cdef const Low* low = NULL
        cdef int base, first, last
        if not having.many:
            return many
        for key in range(having.keys):
            start, known = having.start + key * self.pages, -1
            for pair in range(0, many_ends, 2):
                first, last = ends[pair], ends[pair + 1]
                for page in range(first >> PAGE_BITS, (last + PAGE - 1) >> PAGE_BITS):
                    base = <int>(page << PAGE_BITS)
                    if page != known:
                        known, at = page, 0
                        low, size = having.low + start[page], start[page + 1] - start[page]
                        if first > base:
                            at = _first(low, size, <Low>(first - base))
                    elif first > base:
                        at += _onward(&low[at], size - at, <Low>(first - base))
                    while at < size and (base | low[at]) < last:
                        into[many] = base | low[at]
                        many += 1
                        at += 1
                if known >= 0 and start[known] + at == start[self.pages]:
                    break  # that was the last of them
        return many

    cdef Py_ssize_t _copied(self, const Lists* having, int* into, Py_ssize_t many) noexcept:
        cdef Py_ssize_t key, page, at
        cdef const int* start
        for key in range(having.keys):
            start = having.start + key * self.pages
            for page in range(self.pages):
                for at in range(start[page], start[page + 1]):
                    into[many] = <int>(page << PAGE_BITS) | having.low[at]
                    many += 1
        return many

    cdef Py_ssize_t _fitting(self, Chosen chosen, int* rows, Py_ssize_t kept,
                             Py_ssize_t many) noexcept:
        """Those from `kept` on that have what was chosen."""
        cdef Py_ssize_t place
        for place in range(kept, many):
            rows[kept] = rows[place]
            kept += self._helps(rows[place], chosen.direct)
        return kept

    cdef inline bint _helps(self, Py_ssize_t row, Masks masks) noexcept:
        """Whether it helps with any of those."""
        cdef Py_ssize_t place
        cdef const Word* wanted = &masks.words[0]
        cdef Word found = 0
        for place in range(self.need_start[row], self.need_start[row + 1]):
            found |= wanted[self.need[place] // OF_A_WORD] >> (self.need[place] % OF_A_WORD)
        return found & 1

    cdef void _stretches(self, Asked asked, Desk desk) except *:
        """As rules/ground.py has them."""
        cdef double reach = (asked.within + SLACK_KM) / EARTH
        cdef double south = asked.latitude - reach / RADIAN, north = asked.latitude + reach / RADIAN
        cdef int strip, first = _strip(south), last = _strip(north)
        cdef double here, widest, lowest, near, half, west, east, start
        cdef double middle, sine, cosine, straight = cos(reach)
        cdef double* found = <double*>_room(4 * (last - first + 1), sizeof(double))
        cdef Py_ssize_t many = 0
        desk.homes = found
        if reach >= M_PI / 2 or south <= -POLE or north >= POLE:
            found[0], found[1] = first * STRIP_APART, (last + 1) * STRIP_APART
            desk.places = 2
            return
        here = asked.latitude * RADIAN
        sine, cosine = sin(here), cos(here)
        widest = asin(sine / straight) / RADIAN
        middle = asked.longitude + 180
        middle = middle - WHOLE_TURN * (middle // WHOLE_TURN)
        if middle < 0:
            middle += WHOLE_TURN
        for strip in range(first, last + 1):
            lowest = strip / <double>PER_DEGREE - 90
            near = min(max(widest, lowest), lowest + 1 / <double>PER_DEGREE) * RADIAN
            half = (straight - sine * sin(near)) / (cosine * cos(near))
            half = acos(min(max(half, -1.0), 1.0)) / RADIAN + SLACK
            west, east, start = middle - half, middle + half, strip * STRIP_APART
            found[many] = start
            found[many + 1] = start + WHOLE_TURN
            if east - west < WHOLE_TURN:
                if west < 0 or east >= WHOLE_TURN:  # over the line where the days meet
                    found[many + 3] = found[many + 1]
                    found[many + 1] = start + (east if west < 0 else east - WHOLE_TURN)
                    found[many + 2] = start + (west + WHOLE_TURN if west < 0 else west)
                    many += 2
                else:
                    found[many], found[many + 1] = start + west, start + east
            many += 2
        desk.places = many

    # --- what they are worth ------------------------------------------------------------------

    def found(self, Asked asked, list areas, gone, list sought, states):
        """What is left, and what it is worth.

        `areas`: the marks of the municipalities around; `gone`: of each row whether it does not
        count any more; `states`: as scan.py has them.
        """
        cdef Desk desk = Desk()
        cdef const unsigned char* left_out = NULL
        cdef const signed char* table
        if asked.words:
            self._read(desk, sought)
            self._list_words(asked, desk)
        elif asked.chosen is not None:
            self._list(desk, asked.chosen.marks)
        if gone is not None:
            left_out = <const unsigned char*>_data(gone, cnp.NPY_UINT8)
        asked.open_up()
        table = <const signed char*>_data(states.table, cnp.NPY_INT8)
        if asked.words and self._may_merge(asked, desk):
            self._merge(desk, left_out)
        else:
            self._candidates(asked, desk, areas)
            if left_out is not NULL:
                desk.many = _without(desk.rows, desk.many, left_out)
            if asked.place:
                self._sift(asked, desk, table)
            if asked.words:
                self._tell(desk)
        if _is_worth_asked_later(asked):
            self._judge_later(asked, desk)
        else:
            if self._judge(asked, desk, table):
                self._ask(asked, desk, states)
            desk.count()
        return Left(self, asked, desk, states)

    cdef void _sift(self, Asked asked, Desk desk, const signed char* table) noexcept:
        """Leave out who is surely no answer. Half of them are not, and which half no processor can
        guess; so it is not made to."""
        cdef const unsigned char* cannot = asked.cannot
        cdef bint by_papers = asked.no_papers, by_hours = asked.open_now, may
        cdef Py_ssize_t place, row, kept = 0
        cdef int* rows = desk.rows
        for place in range(desk.many):
            row = rows[place]
            may = not self.at_one_town[row] or (
                self._near_chord(asked, self.town_start[row]) <= asked.surely_beyond)
            if cannot is not NULL:
                may &= not _is_set(cannot, row)
            if by_papers:
                may &= self.without_documents[row] != NO
            if by_hours:
                may &= table[self.hours[row]] != CLOSED
            rows[kept] = row
            kept += may | self.emergency[row]
        desk.many = kept

    cdef void _judge_later(self, Asked asked, Desk desk) except *:
        """Those that are left, in `kept`, and nothing else of them. Which are is not guessed."""
        cdef Py_ssize_t place, left = 0
        cdef Kept* kept = <Kept*>_room(desk.many, sizeof(Kept))
        cdef bint is_left
        cdef One one
        desk.kept = kept
        for place in range(desk.many):
            is_left = self._is_left(asked, desk, place, &one, True)
            kept[left].at, kept[left].part = place, self._part(&one)
            kept[left].score, kept[left].now = NAN, NOT_ASKED
            desk.many_of[kept[left].part] += is_left
            left += is_left
        desk.left = left

    cdef Py_ssize_t _judge(self, Asked asked, Desk desk, const signed char* table) except -1:
        """Those that are left, in `kept`; of how many nobody has asked yet whether they are open."""
        cdef Py_ssize_t place, left = 0, unknown = 0
        cdef Kept* kept = <Kept*>_room(desk.many, sizeof(Kept))
        cdef signed char now
        cdef One one
        desk.kept = kept
        for place in range(desk.many):
            if not self._is_left(asked, desk, place, &one, False):
                continue
            now = table[self.hours[one.row]]
            kept[left].at, kept[left].part = place, self._part(&one)
            kept[left].score, kept[left].now = one.score, now
            if now == NOT_ASKED:
                unknown += 1
            else:
                self._settle(asked, &kept[left], now, one.row)
            left += 1
        desk.left = left
        return unknown

    cdef _ask(self, Asked asked, Desk desk, states):
        """The clock, for those of whom it has not been asked yet."""
        cdef Kept* kept = desk.kept
        cdef Py_ssize_t place, row
        cdef const signed char* table
        states.ask([
            self.hours[desk.rows[kept[place].at]]
            for place in range(desk.left) if kept[place].now == NOT_ASKED
        ])
        table = <const signed char*>_data(states.table, cnp.NPY_INT8)
        for place in range(desk.left):
            if kept[place].now == NOT_ASKED:
                row = desk.rows[kept[place].at]
                self._settle(asked, &kept[place], table[self.hours[row]], row)

    cdef inline void _settle(self, Asked asked, Kept* kept, signed char now,
                             Py_ssize_t row) noexcept:
        """What the clock says."""
        kept.now = now
        kept.score = _rounded(kept.score + WORTH_NOW[now])
        if asked.open_now and now == CLOSED and not self.emergency[row]:
            kept.part = NEITHER

    cdef inline bint _is_left(self, Asked asked, Desk desk, Py_ssize_t place, One* one,
                       bint whether_only) noexcept:
        """Whether it may be an answer; what it is worth before anybody looks at a clock, and why."""
        one.row, one.score, one.why, one.distance = desk.rows[place], 0, 0, NAN
        one.direct, one.local = False, False
        if desk.all_fit:
            _fits(one, True)
        elif asked.chosen is not None and not self._fit(asked.chosen, one):
            return False
        if asked.words and not _said(asked, one, desk, place, whether_only):
            return False
        if asked.place and not self._near(asked, one):
            return False
        if not self._suits(asked, one, whether_only):
            return False
        if not whether_only:
            self._trust(asked, one)
        return True

    cdef inline unsigned char _part(self, const One* one) noexcept:
        """What nobody confirmed stands apart, when it fits what was chosen or is near."""
        return self.apart[one.row] * (IN_REVIEW if one.direct | one.local else NEITHER)

    cdef bint _fit(self, Chosen chosen, One* one) noexcept:
        """Which of all that fits a row has, nobody can guess: it is added up without a branch."""
        cdef double worth = 0
        cdef Py_ssize_t place, own
        cdef bint related, form, has
        _fits(one, self._helps(one.row, chosen.direct))
        if chosen.route_row.shape[0]:
            worth = _route(chosen, one.row)
            one.direct |= worth > 0
            one.score += worth
            one.why |= SAY_FIRST_STEP * (worth > 0)
        related = one.direct
        if chosen.kinds:
            worth = 0
            for place in range(chosen.support.shape[0]):
                has = False
                for own in range(self.need_start[one.row], self.need_start[one.row + 1]):
                    has |= self.need[own] == chosen.support[place]
                worth += chosen.support_worth[place] * has
            form = self._helps(one.row, chosen.forms)
            one.score += min(worth, KIND_MOST) + FORM * form
            one.why |= SAY_KIND * ((worth > 0) | form)
            related |= (worth > 0) | form
        if chosen.urgent and self.emergency[one.row]:
            related = True
            one.score += EMERGENCY_FIRST
            one.why |= SAY_EMERGENCY
        return related

    cdef bint _near(self, Asked asked, One* one) noexcept:
        cdef const signed char* seen = asked.known
        cdef int of_areas = 0
        cdef Py_ssize_t place
        cdef bint has_area, has_town
        if self.at_one_town[one.row]:
            if self._is_reached(asked, one, self.town_start[one.row]):
                self._is_here(one)
                return True
            return self.emergency[one.row]
        has_area = self.area_start[one.row] < self.area_start[one.row + 1]
        has_town = self.town_start[one.row] < self.town_start[one.row + 1]
        for place in range(self.area_start[one.row], self.area_start[one.row + 1]):
            of_areas |= seen[self.area[place]]
        if self.national[one.row]:
            one.score += EVERYWHERE_REMOTE if _has(&self.channel[one.row, 0], asked.remote) else EVERYWHERE
            one.why |= SAY_EVERYWHERE
            return True
        for place in range(self.town_start[one.row], self.town_start[one.row + 1]):
            of_areas |= HERE if self._is_reached(asked, one, place) else 0
        if of_areas & HERE:
            self._is_here(one)
        elif of_areas & NEXT_DOOR:
            one.score += AROUND
            one.why |= SAY_AROUND
        elif of_areas & LOST or not (has_town or has_area):
            one.score += PLACE_UNKNOWN
            one.why |= ASK_PLACE
        else:
            return self.emergency[one.row]
        return True

    cdef inline bint _is_reached(self, Asked asked, One* one, Py_ssize_t town) noexcept:
        """Whether the town is within reach; how far the nearest is, where somebody asks."""
        cdef Way* last = &asked.last
        if asked.counting:
            return self._is_within(asked, town)
        if (last.latitude != self.town_latitude[town]
                or last.longitude != self.town_longitude[town]):
            last.latitude, last.longitude = self.town_latitude[town], self.town_longitude[town]
            last.way = self._kilometres(asked, town)
            last.worth = NEARNESS * exp(last.way * FADES)
        if isnan(one.distance) or last.way < one.distance:
            one.distance, one.nearness = last.way, last.worth
        return last.way <= asked.within

    cdef inline void _is_here(self, One* one) noexcept:
        one.local = True
        one.score += NEAR
        if not isnan(one.distance):
            one.score += one.nearness
        one.why |= SAY_NEAR

    cdef double _kilometres(self, Asked asked, Py_ssize_t town) noexcept:
        """The haversine. Nearby without the functions of the mathematics: their series, as far
        as the numbers are exact."""
        cdef double straight = self._near_chord(asked, town), south
        if straight >= 0:
            return _rounded(2 * EARTH * _arc(straight))
        south = cos(self.town_latitude[town] * RADIAN)
        straight = (
            sin((self.town_latitude[town] - asked.latitude) * RADIAN / 2) ** 2
            + asked.cosine * south
            * sin((self.town_longitude[town] - asked.longitude) * RADIAN / 2) ** 2
        )
        return _rounded(2 * EARTH * asin(sqrt(min(1.0, straight))))

    cdef inline bint _is_within(self, Asked asked, Py_ssize_t town) noexcept:
        """Without a root, but for what lies just on the line."""
        cdef double straight = self._near_chord(asked, town)
        if 0 <= straight < asked.surely_within:
            return True
        if straight > asked.surely_beyond:
            return False
        return self._kilometres(asked, town) <= asked.within

    cdef inline double _near_chord(self, Asked asked, Py_ssize_t town) noexcept:
        """The square of half the chord to what is nearby; -1 for what is not."""
        cdef double up = (self.town_latitude[town] - asked.latitude) * RADIAN
        cdef double along = (self.town_longitude[town] - asked.longitude) * RADIAN
        cdef double south
        if not (-NEARBY < up < NEARBY and -NEARBY < along < NEARBY):
            return -1
        south = asked.cosine * (1 - 2 * _half_squared(up)) - asked.sine * _sine(up)
        return _half_squared(up) + asked.cosine * south * _half_squared(along)

    cdef inline bint _suits(self, Asked asked, One* one, bint whether_only) noexcept:
        """Whether it is not for somebody else; an emergency number no filter ever hides."""
        cdef bint suits = True
        if asked.language:
            suits &= self._talks(asked, one, whether_only)
        if asked.only:
            suits &= self._is_not_for_others(asked, one)
        if asked.groups:
            self._welcomes(asked, one)
        if asked.age:
            suits &= not (
                (self.maximum_age[one.row] != NO_AGE and self.maximum_age[one.row] < asked.youngest)
                or self.minimum_age[one.row] > asked.oldest
            )
        if asked.no_papers:
            suits &= self._papers(one)
        if asked.free:
            suits &= self._costs(one)
        if asked.channels:
            suits &= self._reached(asked, one)
        if asked.always:
            suits &= self.all_week[one.row] != NOT_ALWAYS
        return suits | self.emergency[one.row]

    cdef inline bint _talks(self, Asked asked, One* one, bint whether_only) noexcept:
        cdef int interpreter
        if whether_only and asked.cannot is not NULL:
            return not _is_set(asked.cannot, one.row)
        interpreter = self.interpreter[one.row]
        if whether_only and interpreter != NO:
            return True
        if asked.kin.any and _has(&self.speaks[one.row, 0], asked.kin):
            one.score += SPEAKS
            one.why |= SAY_SPEAKS
            return True
        if interpreter == YES or interpreter == PARTLY:
            one.score += INTERPRETER if interpreter == YES else INTERPRETER_PARTLY
            one.why |= SAY_INTERPRETER
            return True
        one.why |= ASK_LANGUAGES
        if _has_any(&self.speaks[one.row, 0], self.speaks.shape[1]):
            return interpreter != NO
        one.score += LANGUAGES_UNKNOWN
        return True

    cdef bint _is_not_for_others(self, Asked asked, One* one) noexcept:
        cdef bint maybe
        if asked.members.any and _has(&self.only[one.row, 0], asked.members):
            one.score += FOR_YOU
            one.why |= SAY_FOR_YOU
            return True  # who is a member is not outside
        if not _has_any(&self.only[one.row, 0], self.only.shape[1]):
            return True
        maybe = asked.maybe.any and _has(&self.only[one.row, 0], asked.maybe)
        if maybe:
            one.score += MAYBE_FOR_OTHERS
            one.why |= ASK_GROUP
        return maybe

    cdef void _welcomes(self, Asked asked, One* one) noexcept:
        cdef double worth = 0
        cdef Py_ssize_t place
        for place in range(len(asked.said)):
            if _has(&self.welcome[one.row, 0], <Masks>asked.said[place]):
                worth += FOR_YOU
        if worth > 0:
            one.score += min(FOR_YOU_MOST, worth)
            one.why |= SAY_FOR_YOU

    cdef bint _papers(self, One* one) noexcept:
        cdef int without = self.without_documents[one.row]
        if without == YES:
            one.score += NO_PAPERS
            one.why |= SAY_NO_PAPERS
        elif without == PARTLY:
            one.score += NO_PAPERS_PARTLY
            one.why |= ASK_PAPERS
        elif without == 0:
            one.why |= ASK_PAPERS
        return without != NO

    cdef bint _costs(self, One* one) noexcept:
        cdef int cost = self.cost[one.row]
        if cost == COSTS_NOTHING:
            one.score += FREE
            one.why |= SAY_FREE
        elif cost == LOCAL or cost == DONATION:
            one.score += NEARLY_FREE
            one.why |= ASK_COST
        elif cost == 0:
            one.why |= ASK_COST
        return cost != PAID

    cdef bint _reached(self, Asked asked, One* one) noexcept:
        if _has(&self.channel[one.row, 0], asked.offered):
            one.score += REACHABLE
            one.why |= SAY_REACHABLE
            return True
        if _has_any(&self.channel[one.row, 0], self.channel.shape[1]):
            return False
        one.why |= ASK_CHANNEL
        return True

    cdef void _trust(self, Asked asked, One* one) noexcept:
        cdef int age = asked.today - self.last_seen[one.row]
        one.score += TRUST[self.verified[one.row]]
        if age <= FRESH_DAYS:
            one.score += FRESH
        elif age <= RATHER_FRESH_DAYS:
            one.score += RATHER_FRESH
        if self.verified[one.row] == PERSON:
            one.why |= SAY_CONFIRMED
        if self.review[one.row]:
            one.why |= SAY_NOT_CONFIRMED


cdef inline void _fits(One* one, bint fits) noexcept:
    one.direct = fits
    one.score += FITS * fits
    one.why |= SAY_FITS * fits


cdef inline bint _said(Asked asked, One* one, Desk desk, Py_ssize_t place,
                       bint whether_only) noexcept:
    cdef int met = desk.met[place]
    if met == 0 or (asked.every_word and met < asked.many_words):
        return False
    one.direct = True
    if not whether_only:
        one.score += WORDS * desk.told[place] / (desk.told[place] + WORDS_HALF)
        one.why |= SAY_WORDS
    return True


cdef inline double _route(Chosen chosen, Py_ssize_t row) noexcept:
    """What the best place of the row in the routes is worth."""
    cdef Py_ssize_t many = chosen.route_row.shape[0], place
    place = _first(&chosen.route_row[0], many, row)
    if place < many and chosen.route_row[place] == row:
        return chosen.route_worth[place]
    return 0


cdef inline bint _is_worth_asked_later(Asked asked) noexcept:
    """Of who is counted nobody asks what it is worth, and of words that are said anywhere only of
    the few that can be among the best (see Left.best). Who is open now has to be known at once."""
    if asked.open_now:
        return False
    return asked.counting or (asked.words and not asked.place and asked.chosen is None)


cdef inline double _least_told(double worth) noexcept:
    """What words have to tell at least to be worth that."""
    if worth <= 0:
        return 0
    return WORDS_HALF * worth / (WORDS - worth) if worth < WORDS else INFINITY


cdef double _most_beside_words(Asked asked) noexcept:
    """What a row that is near nothing and fits nothing chosen can be worth at most, but for what
    its words tell."""
    cdef double most = FRESH
    cdef double trust = 0, now = 0
    cdef int each
    for each in range(8):
        trust = max(trust, TRUST[each])
    for each in range(4):
        now = max(now, WORTH_NOW[each])
    if asked.language:
        most += SPEAKS
    if asked.only:
        most += max(FOR_YOU, MAYBE_FOR_OTHERS)
    if asked.groups:
        most += FOR_YOU_MOST
    if asked.no_papers:
        most += NO_PAPERS
    if asked.free:
        most += FREE
    if asked.channels:
        most += REACHABLE
    return most + trust + now + ROUNDED_UP


@cython.final
cdef class Left:
    """What is left of an index when it was asked: see scan.Judged. A place is one among them."""

    cdef Quick quick
    cdef Asked asked
    cdef Desk desk
    cdef object states
    cdef readonly Py_ssize_t size  # rows that were looked at
    cdef object _rows

    def __init__(self, Quick quick, Asked asked, Desk desk, states):
        self.quick, self.asked, self.desk, self.size = quick, asked, desk, desk.many
        self.states = states

    @property
    def index(self):
        return self.quick.index

    @property
    def rows(self):
        cdef Py_ssize_t place
        cdef int* into
        if self._rows is None:
            self._rows = _made(self.desk.left, cnp.NPY_INT32)
            into = <int*>_data(self._rows, cnp.NPY_INT32)
            for place in range(self.desk.left):
                into[place] = self.desk.rows[self.desk.kept[place].at]
        return self._rows

    def of(self, str column):
        return getattr(self.index.columns, column).take(self.rows)

    cdef Py_ssize_t _row(self, Py_ssize_t place) except -1:
        if not 0 <= place < self.desk.left:
            raise IndexError(place)
        return self.desk.rows[self.desk.kept[place].at]

    def row(self, Py_ssize_t place):
        return self._row(place)

    def numbers(self, places):
        return [self.quick.number[self._row(place)] for place in places]

    def score_at(self, Py_ssize_t place):
        self._row(place)
        self._ask_worth(place)
        return self.desk.kept[place].score

    cdef int _ask_worth(self, Py_ssize_t place) except -1:
        """What it is worth, where nobody has asked that yet."""
        cdef Kept* kept = &self.desk.kept[place]
        cdef Py_ssize_t row = self.desk.rows[kept.at]
        cdef const signed char* table
        if not isnan(kept.score):
            return 0
        table = <const signed char*>_data(self.states.table, cnp.NPY_INT8)
        if table[self.quick.hours[row]] == NOT_ASKED:
            self.states.ask(np.unique(self.of("hours")))  # all at once: the next will want to know
            table = <const signed char*>_data(self.states.table, cnp.NPY_INT8)
        kept.score = self._again(place).score
        self.quick._settle(self.asked, kept, table[self.quick.hours[row]], row)
        return 0

    def told_at(self, Py_ssize_t place):
        """How far it is, and why it stands where it stands."""
        cdef One one = self._again(place)
        cdef signed char now
        self._ask_worth(place)
        now = self.desk.kept[place].now
        if now == OPEN:
            one.why |= SAY_OPEN
        elif now == URGENT_ONLY:
            one.why |= SAY_URGENT
        elif now == UNKNOWN and (self.asked.open_now or self.asked.always):
            one.why |= ASK_HOURS
        return one.distance, one.why

    cdef One _again(self, Py_ssize_t place) except *:
        cdef One one
        self._row(place)
        self.quick._is_left(self.asked, self.desk, self.desk.kept[place].at, &one, False)
        return one

    def many(self, int part):
        return self.desk.many_of[part]

    def places(self, int part):
        cdef Py_ssize_t place, many = 0
        found = _made(self.desk.many_of[part], cnp.NPY_INT64)
        cdef long long* into = <long long*>_data(found, cnp.NPY_INT64)
        for place in range(self.desk.left):
            if self.desk.kept[place].part == part:
                into[many] = place
                many += 1
        return found

    def best(self, int part, Py_ssize_t most):
        """So many of the best of a part, the best first; of two alike the lower number."""
        cdef Py_ssize_t place, many = 0
        cdef Py_ssize_t room = self.desk.many_of[part]
        cdef const Kept* kept = self.desk.kept
        cdef const double* told = self.desk.told
        cdef const unsigned char* talks = self.asked.talks
        cdef double beside = _most_beside_words(self.asked)
        cdef double enough = 0, enough_unheard = 0  # to be among them
        cdef Py_ssize_t row
        cdef Rank one
        cdef Rank* ranks
        if most <= BY_HAND:
            room = min(most, room)
        if not room:
            return []
        ranks = <Rank*>_room(room, sizeof(Rank))
        try:
            for place in range(self.desk.left):
                if kept[place].part != part:
                    continue
                if isnan(kept[place].score):
                    if told is not NULL and told[kept[place].at] < enough_unheard:
                        row = self.desk.rows[kept[place].at]
                        if told[kept[place].at] < enough or not _is_set(talks, row):
                            continue  # whatever else speaks for it
                    self._ask_worth(place)
                if many == room and kept[place].score < ranks[many - 1].score:
                    continue
                one.score, one.place = kept[place].score, place
                one.number = self.quick.number[self.desk.rows[kept[place].at]]
                if most > BY_HAND:
                    ranks[many] = one
                    many += 1
                    continue
                many = _ranked(ranks, many, room, &one)
                if many == room:
                    enough = enough_unheard = _least_told(ranks[many - 1].score - beside)
                    if talks is not NULL:
                        enough_unheard = _least_told(
                            ranks[many - 1].score - beside + SPEAKS - INTERPRETER)
            if most > BY_HAND:
                qsort(ranks, many, sizeof(Rank), _compared_ranks)
            return [ranks[place].place for place in range(min(most, many))]
        finally:
            _put_back(ranks)


cdef inline Py_ssize_t _ranked(Rank* ranks, Py_ssize_t many, Py_ssize_t room,
                               const Rank* one) noexcept:
    """Put it where it belongs among the best so far; how many they are then."""
    cdef Py_ssize_t at = many
    if many == room:
        if _compared_ranks(one, &ranks[room - 1]) > 0:
            return many
        at = room - 1
    while at and _compared_ranks(one, &ranks[at - 1]) < 0:
        ranks[at] = ranks[at - 1]
        at -= 1
    ranks[at] = one[0]
    return many + (many < room)


cdef int _compared_rows(const void* first, const void* second) noexcept nogil:
    cdef int one = (<const int*>first)[0], other = (<const int*>second)[0]
    return -1 if one < other else one > other


cdef int _compared_ranks(const void* first, const void* second) noexcept nogil:
    """The better first; of two alike the lower number."""
    cdef const Rank* one = <const Rank*>first
    cdef const Rank* other = <const Rank*>second
    if one.score != other.score:
        return -1 if one.score > other.score else 1
    return -1 if one.number < other.number else one.number > other.number


def counted(const Word[:, ::1] bits, const int[::1] rows, const long long[::1] places,
            list values):
    """Of each value that any of the rows at these places has, how many have it."""
    numbers = np.zeros(bits.shape[1] * OF_A_WORD, np.int64)
    cdef long long[::1] into = numbers
    cdef Py_ssize_t each, word, bit
    cdef Word left
    if not values:
        return {}
    if len(values) <= FEW:
        _counted_of_few(bits, rows, places, into)
    else:
        for each in range(places.shape[0]):
            for word in range(bits.shape[1]):
                left = bits[rows[places[each]], word]
                while left:
                    into[word * OF_A_WORD + _lowest(left)] += 1
                    left &= left - 1
    return {values[bit]: into[bit] for bit in range(len(values)) if into[bit]}


def counted_needs(const int[::1] start, const Low[::1] need, const int[::1] rows,
                  const long long[::1] places, list values):
    """The same of what each row has as a list."""
    numbers = np.zeros(len(values), np.int64)
    cdef long long[::1] into = numbers
    cdef Py_ssize_t each, at, row
    for each in range(places.shape[0]):
        row = rows[places[each]]
        for at in range(start[row], start[row + 1]):
            into[need[at]] += 1
    return {values[at]: into[at] for at in range(len(values)) if into[at]}


cdef enum:
    FEW = 32  # values, in four bytes
    IN_A_BYTE = 255  # that a byte can count

cdef Sheet[256] SPREAD  # of a byte, each bit in a byte of its own
for _byte in range(256):
    SPREAD[_byte] = sum(((_byte >> _bit) & 1) << (8 * _bit) for _bit in range(8))


cdef void _counted_of_few(const Word[:, ::1] bits, const int[::1] rows,
                          const long long[::1] places, long long[::1] into) noexcept:
    """Eight at once, and without asking which: that is what takes the time."""
    cdef Py_ssize_t first, each, byte, many = places.shape[0]
    cdef Word left
    cdef Sheet[4] sums
    for first in range(0, many, IN_A_BYTE):
        sums[0] = sums[1] = sums[2] = sums[3] = 0
        for each in range(first, min(first + IN_A_BYTE, many)):
            left = bits[rows[places[each]], 0]
            for byte in range(4):
                sums[byte] += SPREAD[(left >> (8 * byte)) & 255]
        for each in range(FEW):
            into[each] += (sums[each // 8] >> (8 * (each % 8))) & 255


# --- lists of rows ----------------------------------------------------------------------------


cdef int _strip(double latitude) noexcept:
    return <int>((min(max(latitude, -90.0), 90.0) + 90) * PER_DEGREE)


cdef Py_ssize_t _in_order(Desk desk, Py_ssize_t many) except -1:
    """Every row once, in order; mostly they are already. Where they stand close together, each is
    ticked on a sheet that is then read from its beginning."""
    cdef int* rows = desk.rows
    cdef Py_ssize_t place, kept = 0, words
    cdef int lowest, highest
    cdef Sheet* ticked
    cdef Sheet left
    for place in range(1, many):
        if rows[place] <= rows[place - 1]:
            break
    else:
        return many
    lowest, highest = rows[0], rows[0]
    for place in range(1, many):
        lowest, highest = min(lowest, rows[place]), max(highest, rows[place])
    words = ((highest - lowest) >> 6) + 1
    if words > FAR_APART * many:
        qsort(rows, many, sizeof(int), _compared_rows)
        for place in range(many):
            if not kept or rows[place] != rows[kept - 1]:
                rows[kept] = rows[place]
                kept += 1
        return kept
    ticked = <Sheet*>_room(words, sizeof(Sheet))
    memset(ticked, 0, words * sizeof(Sheet))
    for place in range(many):
        ticked[(rows[place] - lowest) >> 6] |= <Sheet>1 << ((rows[place] - lowest) & 63)
    for place in range(words):
        left = ticked[place]
        while left:
            rows[kept] = lowest + <int>(place << 6) + _lowest(left)
            left &= left - 1
            kept += 1
    _put_back(ticked)
    return kept


cdef Py_ssize_t _without(int* rows, Py_ssize_t many, const unsigned char* gone) noexcept:
    cdef Py_ssize_t place, kept = 0
    for place in range(many):
        if not gone[rows[place]]:
            rows[kept] = rows[place]
            kept += 1
    return kept
