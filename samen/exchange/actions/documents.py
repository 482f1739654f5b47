from samen.directory import actions as directory
from samen.directory import queries as services
from samen.exchange import queries

_AT_ONCE = 200  # services


def keep_documents(*, most: int) -> int:
    """Make what is missing, `most` at the most; how many were made."""
    done = 0
    while done < most:
        wanted = services.services_without_document(
            made_by=queries.made_by(), most=min(_AT_ONCE, most - done)
        )
        kept = directory.keep_documents(
            bodies=queries.to_keep([service for service, _stamp in wanted]),
            stamps=dict(wanted),
            made_by=queries.made_by(),
        )
        done += kept
        # What somebody changes all the time has its turn the next time.
        if not kept:
            break
    return done
