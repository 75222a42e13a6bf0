"""Every colour and size of the window, once.  QSS and painters read this table; no other file names a colour."""

from dataclasses import dataclass

Theme = dict[str, str]

_ROWS = """
bg.window     #12151A #DFE3E8
bg.panel      #1A1E24 #F8F9FB
bg.bar        #21262D #EDF0F3
bg.field      #2A3038 #FFFFFF
line          #2F3640 #D5DAE0
line.strong   #47515E #A3ADB8
line.control  #667382 #7F8B98
text          #E7EBF0 #171D24
text.2        #B0BAC6 #434E5A
text.3        #98A4B2 #566270
accent        #5AA9FF #0B5FC0
accent.on     #0B1622 #FFFFFF
accent.bg     #17365A #D3E5FA
rec           #FF7080 #B5152F
chart         #8FA3B8 #5F7389
hatch         #59636F #9AA5B1
pass          #36C2AE #00695F
warn          #F5BC2F #7A4D00
warn.fill     #F5BC2F #F2B01E
fail          #FF7350 #AB2710
unknown       #AEB8C4 #56616E
pass.bg       #12332C #D5EEE7
warn.bg       #3A2D0C #FBEBC4
fail.bg       #43201A #FBDDD4
unknown.bg    #2A3038 #E3E7EB
picture       #0E1218 #0E1218
picture.text  #F1F4F8 #F1F4F8
picture.text.2 #C3CBD5 #C3CBD5
picture.accent #5AA9FF #5AA9FF
picture.warn  #F5BC2F #F5BC2F
picture.fail  #FF7350 #FF7350
"""

_TABLE = {name: (dark, light) for name, dark, light in (row.split() for row in _ROWS.strip().splitlines())}
DARK: Theme = {name: pair[0] for name, pair in _TABLE.items()}
LIGHT: Theme = {name: pair[1] for name, pair in _TABLE.items()}
THEMES = {"dark": DARK, "light": LIGHT}

PICTURE_OPACITY = 0.82  # of a label's ground on the 3D picture
GROUNDS = ("bg.window", "bg.panel", "bg.bar", "bg.field", "accent.bg")  # what text may stand on


@dataclass(frozen=True)
class Sizes:
    """Pixels at 100 %, on a grid of 4."""

    menu: int = 32
    header: int = 32
    transport: int = 36
    status: int = 24
    tree_row: int = 20
    table_row: int = 22
    left: int = 264
    right: int = 328
    bottom: int = 272
    near: int = 512  # the list of clearances
    left_small: int = 232
    right_small: int = 296
    bottom_small: int = 236
    padding: int = 8
    body: int = 12
    secondary: int = 11
    ticks: float = 10.5
    thing: int = 14
    mark: int = 12
    radius: int = 4


SIZES = Sizes()
UI_FACES = ("Inter", "Noto Sans", "DejaVu Sans")
MONO_FACES = ("JetBrains Mono", "DejaVu Sans Mono")


def luminance(colour: str) -> float:
    """Relative luminance of '#rrggbb'.  WCAG 2.2."""
    shares = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two '#rrggbb' colours, 1 to 21.  WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
