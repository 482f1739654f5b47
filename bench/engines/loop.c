/* The limit: the facet question as one loop over the arrays of the index, and nothing else.
   Rows that have the need and lie in the stretches are judged one by one; the ten best are kept. */
#include <math.h>
#include <stdint.h>

typedef struct {
    const double *latitude, *longitude;
    const uint64_t *speaks;
    const int8_t *interpreter, *papers, *verified, *state;
    const int32_t *seen, *hours, *number, *rows, *bounds;
    double here_latitude, here_longitude, within, earth;
    uint64_t tag;
    int32_t stretches, today, open_now, no_papers;
    double trust[8];
} Asked;

static double way(const Asked *q, int32_t row) {
    const double degree = 3.14159265358979323846 / 180;
    double north = q->here_latitude * degree, south = q->latitude[row] * degree;
    double up = sin((south - north) / 2), along = sin((q->longitude[row] - q->here_longitude) * degree / 2);
    double straight = up * up + cos(north) * cos(south) * along * along;
    return 2 * q->earth * asin(sqrt(straight < 1 ? straight : 1));
}

int32_t find(const Asked *q, int32_t *best) {
    double worths[10];
    int32_t total = 0, held = 0;
    for (int32_t stretch = 0; stretch < q->stretches; stretch++)
        for (int32_t at = q->bounds[2 * stretch]; at < q->bounds[2 * stretch + 1]; at++) {
            int32_t row = q->rows[at], interpreter = q->interpreter[row], papers = q->papers[row];
            int32_t now = q->state[q->hours[row]], age = q->today - q->seen[row];
            int speaks = (q->speaks[row] & q->tag) != 0;
            if (!speaks && q->speaks[row] && interpreter == 3) continue;
            if ((q->open_now && now == 1) || (q->no_papers && papers == 3)) continue;
            double km = way(q, row);
            if (km > q->within) continue;
            double worth = 20 + 12 + 4 * exp(-km / 10) + q->trust[q->verified[row]];
            worth += speaks ? 14 : interpreter == 1 ? 8 : interpreter == 2 ? 5 : q->speaks[row] ? 0 : 2;
            worth += now == 0 ? 4 : now == 3 ? 1 : 0;
            worth += age <= 180 ? 2 : age <= 365 ? 1 : 0;
            if (q->no_papers) worth += papers == 1 ? 6 : papers == 2 ? 3 : 0;
            worth = rint(worth * 1e6) / 1e6;
            total++;
            int32_t place = held;
            while (place > 0 && (worths[place - 1] < worth
                   || (worths[place - 1] == worth && best[place - 1] > q->number[row]))) place--;
            if (place == 10) continue;
            if (held < 10) held++;
            for (int32_t each = held - 1; each > place; each--) {
                worths[each] = worths[each - 1];
                best[each] = best[each - 1];
            }
            worths[place] = worth;
            best[place] = q->number[row];
        }
    best[10] = held;
    return total;
}
