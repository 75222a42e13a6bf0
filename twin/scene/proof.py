"""A program, not a module: draws one colour, or opens one window, and says with what.

It runs in a process of its own because VTK and Qt end a bare machine's process with a signal, which nothing can catch.
Prints one JSON object; anything but exit 0 and that object means no.
"""

import json
import sys

PURPLE = (255.0, 0.0, 255.0)


def draw() -> dict[str, object]:
    """Render 16 x 16 purple pixels off-screen: the window class VTK took, the device, whether the colour is right."""
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (without it there is no window class to take)
    from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
    from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

    window, renderer, pixel = vtkRenderWindow(), vtkRenderer(), vtkUnsignedCharArray()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)
    window.SetSize(16, 16)
    renderer.SetBackground(*(shade / 255 for shade in PURPLE))
    window.AddRenderer(renderer)
    window.Render()
    window.GetPixelData(8, 8, 8, 8, 1, pixel, 0)
    capabilities = dict(line.split(":", 1) for line in window.ReportCapabilities().splitlines() if ":" in line)
    device = capabilities.get("OpenGL renderer string", "").strip()
    return {"kind": window.GetClassName(), "device": device, "right": tuple(pixel.GetTuple(0)) == PURPLE}


def show() -> dict[str, object]:
    """Make one Qt window, not shown: the platform Qt took, and whether VTK could draw into it."""
    from PySide6.QtGui import QGuiApplication, QWindow

    application = QGuiApplication(["twin"])
    window = QWindow()
    window.create()
    return {"kind": application.platformName(), "device": "", "right": int(window.winId()) > 0}


if __name__ == "__main__":
    print(json.dumps({"draw": draw, "show": show}[sys.argv[1]]()))
