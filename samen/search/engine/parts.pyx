# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False
"""What stands between two spaces, told apart by a compiler, as reading.Plainly does it.

That one takes more for a space than what is one byte. The words are the same in the end, because
what is met here is split again when it is spelled (tests/test_spelled.py).

It is optional, like quick.pyx; see docs/decisions/0015.

    scripts/kernel.py       compiles it, where there is a compiler
"""

import numpy as np

cimport cython
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memcmp, memcpy

ctypedef unsigned int Hash

cdef enum:
    FEW = 1 << 12  # that find room at first; a power of two

cdef bint[256] ENDS  # a part: what str.split takes for a space, as far as it is one byte
for _byte in range(256):
    ENDS[_byte] = _byte < 128 and chr(_byte).isspace()


cdef unsigned long long BEGIN = 0xcbf29ce484222325u, TIMES = 0x100000001b3u


cdef struct Slot:
    Hash hash
    unsigned int number  # one more than it is; 0 where nothing is
    unsigned int start, size  # in the text


@cython.final
cdef class Parts:
    """A number for each part, in the order in which they were met first."""

    cdef Slot* slots
    cdef unsigned char* text  # of all that were met
    cdef size_t room, used, places
    cdef unsigned int many

    def __cinit__(self):
        self.places, self.room = 2 * FEW, 16 * FEW
        self.slots = <Slot*>calloc(self.places, sizeof(Slot))
        self.text = <unsigned char*>realloc(NULL, self.room)
        if self.slots is NULL or self.text is NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.slots)
        free(self.text)

    def __len__(self):
        return self.many

    def numbers(self, list bodies):
        """How many parts each text has, the numbers of all of them, and the parts that are new."""
        cdef list fresh = []
        cdef bytes body
        cdef const unsigned char* said
        cdef Py_ssize_t each, size, start, end, at = 0, before
        written = [text.encode("utf-8", "surrogatepass") for text in bodies]
        sizes = np.empty(len(bodies), np.int64)
        found = np.empty(sum([len(text) // 2 + 1 for text in written]), np.int32)
        cdef long long[::1] many = sizes
        cdef int[::1] into = found
        for each, body in enumerate(written):
            said, size, start, before = body, len(body), 0, at
            while start < size:
                if ENDS[said[start]]:
                    start += 1
                    continue
                end = start + 1
                while end < size and not ENDS[said[end]]:
                    end += 1
                into[at] = self._number(said + start, end - start)
                if into[at] == self.many:
                    self._keep(said + start, end - start)
                    fresh.append(body[start:end].decode("utf-8", "surrogatepass"))
                start, at = end, at + 1
            many[each] = at - before
        return sizes, found[:at], fresh

    cdef inline int _number(self, const unsigned char* part, size_t size) noexcept:
        """How many were met before it: all of them, if it is new."""
        cdef Slot* slot = self._slot(part, size, _hashed(part, size))
        return slot.number - 1 if slot.number else self.many

    cdef inline Slot* _slot(self, const unsigned char* part, size_t size, Hash hash) noexcept:
        """Where it is, or belongs."""
        cdef size_t place = hash & (self.places - 1)
        cdef Slot* slot = &self.slots[place]
        while slot.number and not (slot.hash == hash and slot.size == size
                                   and memcmp(self.text + slot.start, part, size) == 0):
            place = (place + 1) & (self.places - 1)
            slot = &self.slots[place]
        return slot

    cdef int _keep(self, const unsigned char* part, size_t size) except -1:
        cdef Hash hash = _hashed(part, size)
        cdef Slot* slot
        cdef void* more
        if self.used + size > self.room:
            more = realloc(self.text, 2 * (self.used + size))
            if more is NULL:
                raise MemoryError
            self.text, self.room = <unsigned char*>more, 2 * (self.used + size)
        if 2 * self.many >= self.places:
            self._grow()
        slot = self._slot(part, size, hash)
        self.many += 1
        slot.hash, slot.number, slot.start, slot.size = hash, self.many, self.used, size
        memcpy(self.text + self.used, part, size)
        self.used += size
        return 0

    cdef int _grow(self) except -1:
        cdef Slot* older = self.slots
        cdef Slot* slot
        cdef size_t place, places = self.places
        slot = <Slot*>calloc(2 * places, sizeof(Slot))
        if slot is NULL:
            raise MemoryError
        self.slots, self.places = slot, 2 * places
        for place in range(places):
            if older[place].number:
                slot = self._slot(self.text + older[place].start, older[place].size,
                                  older[place].hash)
                slot[0] = older[place]
        free(older)
        return 0


cdef inline Hash _hashed(const unsigned char* part, size_t size) noexcept:
    """By Fowler, Noll and Vo, both halves in one."""
    cdef unsigned long long found = BEGIN
    cdef size_t place
    for place in range(size):
        found = (found ^ part[place]) * TIMES
    return <Hash>(found ^ (found >> 32))
