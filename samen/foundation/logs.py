"""Log lines that say what broke and where, and never what a person sent or who she is."""

import logging
import traceback


class SafeFormatter(logging.Formatter):
    """Time, level, logger, message without arguments; of an exception its kind and its places.

    An exception's own words may quote what somebody typed, and Django's messages carry paths,
    so both stay out.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {self._words(record)}"
        if not record.exc_info or record.exc_info[0] is None:
            return line
        kind, _error, where = record.exc_info
        places = [
            f"  {frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(where)
        ]
        return "\n".join([f"{line} {kind.__name__}", *places])

    @staticmethod
    def _words(record: logging.LogRecord) -> str:
        ours = record.name.startswith("samen")
        return record.getMessage() if ours else str(record.msg)
