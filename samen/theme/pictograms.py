"""The pictograms: one hand, one grid of 48, lines only, round ends. Drawn for SAMEN.

Each is the inside of an SVG symbol. A page carries only those it uses.
"""

PICTOGRAMS = {
    # The mark: two rings that hold each other.
    "samen": '<circle cx="18" cy="24" r="11"/><circle cx="30" cy="24" r="11"/>',
    "globe": '<circle cx="24" cy="24" r="18"/><path d="M6 24h36M24 6c-11 11-11 25 0 36 11-11 11-25 0-36"/>',
    # Somebody with a raised hand of another above: my partner or ex.
    "partner": '<circle cx="16" cy="15" r="6"/><path d="M5 41c0-10 5-15 11-15s11 5 11 15"/>'
    '<path d="m33 12 9 9m0-9-9 9"/>',
    "family": '<circle cx="14" cy="16" r="5"/><circle cx="34" cy="16" r="5"/>'
    '<circle cx="24" cy="28" r="4"/><path d="M5 39c0-9 4-13 9-13m29 13c0-9-4-13-9-13M16 42c0-6 3-9 '
    '8-9s8 3 8 9"/>',
    "house": '<path d="M7 23 24 9l17 14"/><path d="M12 20v20h24V20"/><path d="m24 22-4 6h8l-4 6"/>',
    "stop": '<path d="M15 41c-4-5-7-10-7-14 0-3 4-3 5 0l2 4V13c0-3 5-3 5 0v10-13c0-3 5-3 5 0v13-11'
    'c0-3 5-3 5 0v12-7c0-3 5-3 5 0v13c0 6-3 11-7 11z"/>',
    "ring": '<circle cx="24" cy="30" r="11"/><path d="m17 12 4-5h6l4 5-7 7zM17 12h14"/>',
    "moon": '<path d="M39 29A16 16 0 1 1 20 9a13 13 0 0 0 19 20z"/><path d="M33 9h7l-7 8h7"/>',
    "paper": '<path d="M12 7h16l8 8v26H12z"/><path d="M28 7v8h8"/><path d="m19 25 10 10m0-10-10 10"/>',
    "talk": '<path d="M6 10h25v18H19l-7 7v-7H6z"/><path d="M36 19h6v16h-4v6l-7-6h-9"/>',
    "someone": '<circle cx="18" cy="16" r="6"/><path d="M6 41c0-10 5-15 12-15s12 5 12 15"/>'
    '<path d="M35 14c0-6 9-6 9 0 0 4-4 4-4 8m0 6v1"/>',
    "care": '<path d="M8 16h32v24H8zM18 16V9h12v7"/><path d="M24 22v12m-6-6h12"/>',
    "unsure": '<circle cx="24" cy="24" r="17"/><path d="M18 19c0-8 12-8 12 0 0 5-6 5-6 10m0 6v1"/>',
    "lock": '<path d="M11 22h26v19H11z"/><path d="M16 22v-6c0-11 16-11 16 0v6M24 29v6"/>',
    "money": '<path d="M6 13h36v22H6z"/><circle cx="24" cy="24" r="6"/><path d="M12 19v0m24 10v0"/>',
    "bed": '<path d="M6 39V13m0 20h36v6m0-6v-5c0-4-2-6-6-6H19v11"/><circle cx="12" cy="25" r="3"/>',
    "road": '<path d="M16 41 21 8m11 33L27 8M24 12v4m0 6v5m0 6v6"/><path d="M5 41h38"/>',
    "phone": '<path d="M14 7h5l4 10-6 4c2 5 5 8 10 10l4-6 10 4v5c0 5-4 7-8 7C19 40 8 27 7 15c0-4 2-8 '
    '7-8z"/>',
    "screen": '<path d="M14 6h20v36H14z"/><path d="M21 37h6M19 13l10 12m0-12L19 25"/>',
    "work": '<path d="M6 16h36v23H6zM17 16v-6h14v6M6 26h36"/>',
    "child": '<circle cx="24" cy="13" r="6"/><path d="M15 41V30l-6-6m24 17V30l6-6M15 30c2-6 16-6 18 0"/>',
    "belly": '<circle cx="22" cy="11" r="5"/><path d="M16 42V25c0-5 12-5 13-1 7 2 7 13 0 15v3"/>',
    "heart": '<path d="M24 40C9 30 6 23 8 17c3-8 13-7 16 1 3-8 13-9 16-1 2 6-1 13-16 23z"/>',
    "plane": '<path d="M6 34h36"/><path d="m8 24 4 4 27-9c3-1 2-5-1-4l-9 3-12-8-4 1 8 10-7 3-4-3z"/>',
    "rainbow": '<path d="M6 36c0-24 36-24 36 0M13 36c0-15 22-15 22 0M20 36c0-6 8-6 8 0"/>',
    "eye": '<path d="M4 24c10-16 30-16 40 0-10 16-30 16-40 0z"/><circle cx="24" cy="24" r="6"/>',
    "pin": '<path d="M24 43C14 31 10 25 10 19a14 14 0 0 1 28 0c0 6-4 12-14 24z"/>'
    '<circle cx="24" cy="19" r="5"/>',
}
