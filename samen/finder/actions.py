from samen.directory import actions as directory
from samen.directory import queries as services
from samen.finder import queries
from samen.foundation import languages

_AT_ONCE = 200  # services


def keep_cards(*, most: int) -> int:
    """Make what is missing, `most` in each language at the most; how many were made."""
    return sum(_keep_cards(language, most) for language in languages.PUBLISHED)


def _keep_cards(language: str, most: int) -> int:
    made_by, done = queries.made_by(language), 0
    while done < most:
        wanted = dict(
            services.services_without_card(
                language=language, made_by=made_by, most=min(_AT_ONCE, most - done)
            )
        )
        bodies = {
            item.id: queries.written(queries.draw(item, language))
            for item in services.listings(list(wanted), language=language)
        }
        kept = directory.keep_cards(
            bodies=bodies, stamps=wanted, language=language, made_by=made_by
        )
        done += kept
        # What somebody changes all the time has its turn the next time.
        if not kept:
            break
    return done
