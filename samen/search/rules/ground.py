"""The order in which services lie: strips from south to north, each from west to east.

A strip is a twentieth of a degree of latitude, some 5.6 km. A circle on the map is a short stretch
of each of a few strips, and so a few stretches of whatever is kept in this order. What has no
point on the map lies after all that has one.
"""

from math import acos, asin, cos, degrees, pi, radians, sin

EARTH = 6371.0088  # mean radius in kilometres, as in places

_PER_DEGREE = 20  # strips
_APART = 1000.0  # from one strip to the next; more than there are degrees around the earth
_AROUND = 360.0

AREA_ONLY, UNPLACED, NATIONAL = 4e6, 5e6, 6e6  # beyond the strip at the pole
END = 7e6

# Stretches are taken a little too wide; whoever measures the way decides.
_SLACK_KM = 0.01
_SLACK = 1e-3  # degrees
# Nearer than this to a pole a circle is taken for a ring, because degrees get too narrow there.
_POLE = 89.0

_Strips = list[tuple[float, float]]


def home(latitude: float, longitude: float) -> float:
    return _strip(latitude) * _APART + (longitude + 180) % _AROUND


def _strip(latitude: float) -> int:
    return int((min(max(latitude, -90.0), 90.0) + 90) * _PER_DEGREE)


def stretches(latitude: float, longitude: float, within: float) -> _Strips:
    """From and to, in the order of `home`, that hold all within so many kilometres."""
    reach = (within + _SLACK_KM) / EARTH
    south, north = latitude - degrees(reach), latitude + degrees(reach)
    first, last = _strip(south), _strip(north)
    if reach >= pi / 2 or south <= -_POLE or north >= _POLE:
        return [(first * _APART, (last + 1) * _APART)]
    # Where the circle is widest: a little nearer to the pole than its centre.
    here = radians(latitude)
    widest = degrees(asin(sin(here) / cos(reach)))
    circle = cos(reach), sin(here), cos(here)
    middle = (longitude + 180) % _AROUND
    found: _Strips = []
    for strip in range(first, last + 1):
        lowest = strip / _PER_DEGREE - 90
        near = min(max(widest, lowest), lowest + 1 / _PER_DEGREE)
        found += _in_strip(strip * _APART, middle, _half_width(*circle, radians(near)))
    return found


def _half_width(reach: float, sine: float, cosine: float, at: float) -> float:
    """How many degrees of longitude the circle reaches to each side at a latitude.

    Of the reach the cosine, of the latitude of its centre sine and cosine.
    """
    turn = (reach - sine * sin(at)) / (cosine * cos(at))
    return degrees(acos(min(max(turn, -1.0), 1.0))) + _SLACK


def _in_strip(start: float, middle: float, half: float) -> _Strips:
    """Cut in two where it crosses the date line."""
    west, east = middle - half, middle + half
    if east - west >= _AROUND:
        return [(start, start + _AROUND)]
    if west < 0:
        return [(start, start + east), (start + west + _AROUND, start + _AROUND)]
    if east >= _AROUND:
        return [(start, start + east - _AROUND), (start + west, start + _AROUND)]
    return [(start + west, start + east)]
