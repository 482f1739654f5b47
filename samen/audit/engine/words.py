"""Twelve words for a hash, to be read aloud by phone and compared by ear.

Everyday words of which no two start with the same four letters. The list is part of what was
mailed for years: a word may never be changed or moved.
"""

WORDS = tuple(
    """
acorn actor album almond amber anchor angel ankle apple apron arrow autumn bakery bamboo
banana barrel basket beach bench berry bicycle blanket blossom bonnet book bottle branch
bread bridge broom bucket bulb button cabin cactus camel candle canoe carpet carrot castle
ceiling celery cellar cement chain chalk cheese cherry chess chicken chimney cinema circle
clay clock cloud clover cocoa coffee comet copper coral cotton cream cricket crown cucumber
cupboard curtain cushion daisy dance desert diamond dinner dolphin donkey door dragon drawer
drum eagle earth easel echo elbow elephant engine evening fabric falcon farmer feather
fiddle field finger fish flag flower forest fountain fox frame fruit garden garlic ginger
giraffe globe gold goose grape guitar hammer harbor harvest hazel heart hedge helmet herb
hill honey horse hotel house iceberg igloo inkwell island ivory jacket jar jelly jewel
jungle kettle kitchen kite koala ladder lagoon lamp lantern lemon letter lily lion lizard
lobster magnet mango maple marble market meadow melon mint mirror mitten monkey moon mosaic
mountain mushroom napkin needle nest noodle north nutmeg oasis ocean olive onion opera
orange otter oven paddle palace panda paper parrot peach pencil pepper piano pigeon pillow
planet plum pocket pony potato pumpkin puzzle quilt rabbit radio rainbow raven ribbon rice
river robin rocket roof rose saddle sailor salad sandal school shell silver sketch soap sofa
spoon spring square stone summer swan table tailor teapot thread tiger toast tomato trumpet
tulip tunnel turtle umbrella valley vanilla velvet village violin wagon walnut water whale
wheat willow window winter wool yellow yogurt zebra zipper
""".split()  # noqa: SIM905 easier on the eye than 256 words in quotes
)


def in_words(digest: bytes) -> str:
    """The first twelve bytes of a digest, one word for each: 96 bits, out of reach of chance."""
    return " ".join(WORDS[byte] for byte in digest[:12])
