"""What comes first when somebody says two things at once.

Between "I have no papers" and "my husband hits me" the second comes first, also where the first
has more of the words: who is hurt and has no papers besides is helped with the hurt first.
"""

CAN_WAIT = frozenset(
    {
        "sit.no_papers",
        "sit.ukraine",
        "sit.moved_waitlist",
    }
)
HURT = frozenset(
    {
        "sit.rape_recent",
        "sit.partner_violence",
        "sit.family_violence",
        "sit.child_abused",
        "sit.threats",
        "sit.honour",
        "sit.stalking",
        "sit.trafficking_sex",
    }
)
PASSAGES = 2, 3  # words that may say it among others
PLAINLY = 1.1  # the score of a passage that says nothing else
LOOKED_THROUGH = 40  # words
