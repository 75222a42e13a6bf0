"""One painter a process: `python -m tests.benchmarks.scene_painters NAME BOXES`, then a line in, a time in ms out.

Every painter draws the same boxes from the same camera, waits until the picture is done, and says how long it took.
"""

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from tests.benchmarks.scene_stage import SIZE, T0, Stage, stage
from twin.geometry import Floats
from twin.units import SECOND

Frame = Callable[[int], None]


def twin_scene(s: Stage) -> Frame:
    """Ours: world, all machines, ground, water, country, shadows and names."""
    from twin.scene.cameras import Camera
    from twin.scene.scene import Scene

    scene = Scene(s.world.terminal, size=SIZE)

    def frame(i: int) -> None:
        eye, target = s.camera(i)
        scene.camera = Camera(tuple(eye), tuple(target))
        scene.show(s.world.at(T0 + (i + 1) * SECOND // 10))
        scene.render()
        scene.window.WaitForCompletion()

    return frame


_VERTEX = """#version 330
uniform mat4 view;
in vec3 corner; in vec3 normal; in vec3 centre; in vec3 size; in vec4 colour;
out vec3 shade;
void main() {
    gl_Position = view * vec4(centre + corner * size, 1.0);
    shade = colour.rgb * (0.45 + 0.55 * max(dot(normal, normalize(vec3(-0.4, -0.57, 0.72))), 0.0));
}"""
_FRAGMENT = """#version 330
in vec3 shade; out vec4 pixel;
void main() { pixel = vec4(shade, 1.0); }"""


def moderngl_instancing(s: Stage) -> Frame:
    """Raw instancing: one draw call, one cube, 28 bytes a box, flat colours, faces turned away culled; boxes only."""
    import moderngl

    context = moderngl.create_context(standalone=True, backend="egl", require=330)
    target = context.framebuffer([context.renderbuffer(SIZE)], context.depth_renderbuffer(SIZE))
    program = context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
    cube = context.buffer(_cube().astype("f4").tobytes())
    each = np.empty(len(s.centre), [("centre", "f4", 3), ("size", "f4", 3), ("colour", "u1", 4)])
    each["centre"], each["size"], each["colour"][:, :3] = s.centre, s.size, s.rgb * 255
    boxes = context.buffer(each.tobytes())
    layout = [(cube, "3f 3f", "corner", "normal"), (boxes, "3f 3f 4f1 /i", "centre", "size", "colour")]
    array = context.vertex_array(program, layout)
    context.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)

    def frame(i: int) -> None:
        target.use()
        target.clear(0.6, 0.7, 0.8)
        program["view"].write(_view(*s.camera(i)).T.astype("f4").tobytes())
        array.render(instances=len(s.centre))
        context.finish()

    return frame


def pyvista_glyphs(s: Stage) -> Frame:
    """PyVista's own way: `glyph` of a cube, its default plotter; boxes only."""
    return _pyvista(s, plain=False)


def pyvista_plain(s: Stage) -> Frame:
    """The same without anti-aliasing."""
    return _pyvista(s, plain=True)


def _pyvista(s: Stage, *, plain: bool) -> Frame:
    from twin.scene.renderer import prepare

    prepare()
    import pyvista as pv

    points = pv.PolyData(s.centre - s.middle)
    points["rgb"] = (s.rgb * 255).astype(np.uint8)
    unit = pv.Cube(x_length=6.058, y_length=2.438, z_length=2.591)
    plotter = pv.Plotter(off_screen=True, window_size=SIZE)
    if plain:
        plotter.disable_anti_aliasing()
        plotter.render_window.SetMultiSamples(0)
    plotter.add_mesh(points.glyph(geom=unit, scale=False, orient=False), scalars="rgb", rgb=True)
    plotter.show(auto_close=False)

    def frame(i: int) -> None:
        eye, target = s.camera(i)
        plotter.camera.position, plotter.camera.focal_point = eye - s.middle, target - s.middle
        plotter.camera.up = (0, 0, 1)
        plotter.renderer.ResetCameraClippingRange()
        plotter.render_window.Render()
        plotter.render_window.WaitForCompletion()

    return frame


def _cube() -> Floats:
    """(36, 6) corners and normals of a unit cube, counter-clockwise from outside."""
    out = []
    for axis in range(3):
        for sign in (-0.5, 0.5):
            normal = np.zeros(3)
            normal[axis] = 2 * sign
            u, v = np.eye(3)[(axis + 1) % 3], np.eye(3)[(axis + 2) % 3]
            ring = [normal / 2 + a * u / 2 + b * v / 2 for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            ring = ring if sign > 0 else ring[::-1]
            out += [np.concatenate([ring[k], normal]) for k in (0, 1, 2, 0, 2, 3)]
    return np.array(out)


def _view(eye: Floats, target: Floats) -> Floats:
    """(4, 4) projection of VTK's default angle of 30 degrees."""
    ahead = (target - eye) / np.linalg.norm(target - eye)
    right = np.cross(ahead, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, ahead)
    look = np.eye(4)
    look[:3, :3] = right, up, -ahead
    look[:3, 3] = -look[:3, :3] @ eye
    near, far, scale = 10.0, 20_000.0, 1 / np.tan(np.radians(15))
    out = np.zeros((4, 4))
    out[0, 0], out[1, 1] = scale * SIZE[1] / SIZE[0], scale
    out[2, 2], out[2, 3], out[3, 2] = (far + near) / (near - far), 2 * far * near / (near - far), -1
    return np.asarray(out @ look)


PAINTERS: dict[str, Callable[[Stage], Frame]] = {
    "twin": twin_scene,
    "moderngl": moderngl_instancing,
    "pyvista": pyvista_glyphs,
    "pyvista-plain": pyvista_plain,
}


def main(name: str, boxes: int) -> None:
    """Draw a frame for every line heard."""
    frame = PAINTERS[name](stage(boxes))
    print("ready", flush=True)
    for line in sys.stdin:
        start = perf_counter()
        frame(int(line))
        print((perf_counter() - start) * 1e3, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
