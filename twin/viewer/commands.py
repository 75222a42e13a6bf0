"""Every command once: menu, shortcut and key list come from this table.  No Qt here."""

from dataclasses import dataclass

PRESETS = (
    ("overview", "Overview"),
    ("quay", "Quay"),
    ("yard", "Yard"),
    ("plan", "Plan"),
    ("cab", "Cab"),
    ("gate", "Gate"),
)


@dataclass(frozen=True)
class Command:
    """*do* is the method of `Window` that is called, with *argument* if there is one; *menu* is where it stands."""

    name: str
    text: str
    menu: str
    do: str
    keys: tuple[str, ...] = ()
    argument: object = None
    checkable: bool = False
    after_line: bool = False


COMMANDS = (
    Command("open", "Open a layout or recording", "File", "ask_for_file", ("Ctrl+O",)),
    Command("picture", "Save the picture", "File", "ask_for_picture", ("Ctrl+P",)),
    Command("quit", "Close", "File", "close", ("Ctrl+Q",), after_line=True),
    *(
        Command(f"view_{name}", text, "View", "look_from", (str(i),), name)
        for i, (name, text) in enumerate(PRESETS, start=1)
    ),
    Command("fly", "Fly to the selected", "View", "fly_to_selected", ("G",), after_line=True),
    Command("follow", "Follow the selected", "View", "follow_selected", ("F",), checkable=True),
    Command("labels", "Labels", "View", "show_labels", ("T",), checkable=True),
    Command("left", "Scene panel", "View", "show_left", ("Ctrl+Shift+B",), checkable=True, after_line=True),
    Command("right", "Inspector", "View", "show_right", ("Ctrl+Shift+S",), checkable=True),
    Command("bottom", "Time panel", "View", "show_bottom", ("Ctrl+Shift+T",), checkable=True),
    Command("theme", "Light or dark", "View", "other_theme", ("Ctrl+Shift+D",), after_line=True),
    Command("play", "Play or pause", "Time", "press", ("Space",), "play"),
    Command("back_1", "1 s back", "Time", "nudge", ("Left",), -1.0, after_line=True),
    Command("on_1", "1 s on", "Time", "nudge", ("Right",), 1.0),
    Command("back_10", "10 s back", "Time", "nudge", ("Shift+Left",), -10.0),
    Command("on_10", "10 s on", "Time", "nudge", ("Shift+Right",), 10.0),
    Command("back_tick", "One frame back", "Time", "nudge", ("Alt+Left",), -0.04),
    Command("on_tick", "One frame on", "Time", "nudge", ("Alt+Right",), 0.04),
    Command("start", "To the start", "Time", "press", ("Home",), "start"),
    Command("end", "To the end", "Time", "press", ("End",), "end"),
    Command("slower", "Slower, then backwards", "Time", "change_speed", ("J",), -1, after_line=True),
    Command("faster", "Faster", "Time", "change_speed", ("L",), 1),
    Command("find", "Find in the scene", "Select", "find_in_scene", ("Ctrl+F",)),
    Command("leave", "Leave, then deselect", "Select", "leave", ("Esc",)),
    Command("keys", "Keys", "Help", "show_keys", ("F1", "?")),
)
MENUS = ("File", "View", "Time", "Select", "Help")
