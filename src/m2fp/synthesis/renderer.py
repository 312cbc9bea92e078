"""Drawing surfaces into colour, ids and depth, on a graphics card or in software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.batch import MAX_MATERIALS, MAX_TRIANGLES, ROW, Batch, Run
from m2fp.synthesis.camera import Camera
from m2fp.synthesis.gl_context import open_context
from m2fp.synthesis.light import Light
from m2fp.synthesis.material import TEXELS, Kind
from m2fp.synthesis.shadow import Contact, light_matrix
from m2fp.synthesis.surface import Surface
from m2fp.synthesis.target import Layer, Target
from m2fp.synthesis.textures import PRINT_COUNT, PRINT_SIZE, TextureSet, layer_of

if TYPE_CHECKING:
    import moderngl

_SHADOW_SIZE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the camera sees.

    Attributes:
        colour: uint8 (H, W, 4), the people and the things among them; RGB is weighted with alpha,
            which is 0 where there is none of them.
        backdrop: uint8 (H, W, 4), what stands behind them, in the same way.
        parts, fine_parts, people: uint8 (H, W); whole ids of the sample that most of a pixel's
            samples agree with.
        depth: float32 (H, W), metres along the view, 0 where nobody and nothing is among them.
    """

    colour: NDArray[np.uint8]
    backdrop: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    fine_parts: NDArray[np.uint8]
    people: NDArray[np.uint8]
    depth: NDArray[np.float32]


class Renderer:
    """Owns the context and the textures that all pictures share; one per process.

    The same surfaces give the same picture every time on one machine. Drivers may round
    differently, so pixels (and, at edges, ids) may differ between machines.
    """

    def __init__(self, textures: TextureSet, *, size: int) -> None:
        """Make room for pictures whose sides are at most `size` pixels.

        Raises:
            EngineUnavailable: nothing here can draw.
            MissingExtra: moderngl is not installed.
        """
        self.size = size
        self._context = context = open_context()
        context.front_face = "cw"  # the picture lies upside down in OpenGL's eyes, see Camera
        source = _shader("surface.frag")
        self._drawing = {
            kind: context.program(
                vertex_shader=_shader("surface.vert"),
                fragment_shader=f"#version 330 core\n#define {kind.name}\n{source}",
            )
            for kind in Kind
        }
        self._shading = context.program(
            vertex_shader=_shader("shadow.vert"), fragment_shader=_shader("shadow.frag")
        )
        self._target = Target(context, size, _shader("full.vert"), _shader("resolve.frag"))
        self._shadow = context.depth_texture((_SHADOW_SIZE, _SHADOW_SIZE))
        self._shadow.compare_func = "<="
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._shadow_target = context.framebuffer(depth_attachment=self._shadow)
        self._materials = context.texture((TEXELS, MAX_MATERIALS), 4, dtype="f4")
        self._triangles = context.texture((ROW, MAX_TRIANGLES // ROW), 4, dtype="u2")
        self._contact = context.texture((Contact.CELLS, Contact.CELLS), 1)
        self._contact.repeat_x = self._contact.repeat_y = False
        self._patterns = _tiles(context, textures.patterns, repeat=True)
        self._face = _tiles(context, textures.face, repeat=False)
        self._prints = context.texture_array((PRINT_SIZE, PRINT_SIZE, PRINT_COUNT), 4)
        self._prints.repeat_x = self._prints.repeat_y = False
        names = ("materials", "triangles", "patterns", "prints", "face", "shadow", "contact")
        for unit, name in enumerate(names):
            getattr(self, f"_{name}").use(unit)
            self._tell(name, unit)
        self._tell("folds_layer", float(layer_of("folds")))
        self._tell("skin_layer", float(layer_of("mottle")))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._context.release()

    def draw(
        self,
        front: Sequence[Surface],
        backdrop: Sequence[Surface],
        camera: Camera,
        light: Light,
        prints: NDArray[np.uint8],
    ) -> Drawn:
        """Return the surfaces as the camera sees them.

        front: people and the things among them, which get ids and depth; backdrop: what always
        stands behind. prints: uint8 (layers, PRINT_SIZE, PRINT_SIZE, 4), for the materials.
        """
        height, width = camera.size
        if max(height, width) > self.size:
            raise ValueError(f"{camera.size} does not fit into {self.size} x {self.size}")
        if not front and not backdrop:
            return _nothing(camera.size)
        with self._context:  # others may have been opened since
            self._load_prints(prints)
            self._light_up(front, light)
            self._tell("camera", _by_columns(camera.matrix()))
            self._tell("eye", tuple(camera.position))
            seen, behind = self._draw_batch(Batch.of(front, backdrop), camera.size)
        ids, depth = seen.ids, seen.depth
        return Drawn(
            seen.colour,
            behind.colour,
            (ids & 255).astype(np.uint8),
            (ids >> 8 & 255).astype(np.uint8),
            (ids >> 16 & 255).astype(np.uint8),
            depth,
        )

    def _load_prints(self, prints: NDArray[np.uint8]) -> None:
        for layer, picture in enumerate(prints):
            box = (0, 0, layer, PRINT_SIZE, PRINT_SIZE, 1)
            self._prints.write(np.ascontiguousarray(picture), viewport=box)
        self._prints.build_mipmaps()

    def _tell(self, name: str, value: float | tuple[float, ...]) -> None:
        for program in self._drawing.values():
            if name in program:
                program[name] = value

    def _light_up(self, front: Sequence[Surface], light: Light) -> None:
        clouds = [surface.mesh.vertices for surface in front]
        matrix, extent = light_matrix(clouds, light.direction)
        contact = Contact.of(clouds)
        self._contact.write(contact.nearness)
        self._shading["light_view"] = _by_columns(matrix)
        told: dict[str, float | tuple[float, ...]] = {
            "light_view": _by_columns(matrix),
            "contact_area": contact.area,
            "softness": light.softness * 0.5 / max(extent[:2]) + 0.7 / _SHADOW_SIZE,
            "steepness": max(extent[:2]) / extent[2],
            "light_direction": tuple(light.direction),
            "light_colour": light.strong,
            "sky_colour": light.sky,
            "ground_colour": light.ground,
            "haze": (*light.haze, light.haze_per_m),
            "exposure": light.exposure,
        }
        for name, value in told.items():
            self._tell(name, value)

    def _draw_batch(self, batch: Batch, size: tuple[int, int]) -> tuple[Layer, Layer]:
        self._materials.write(batch.materials, viewport=(0, 0, TEXELS, len(batch.materials)))
        rows = len(batch.triangles) // ROW
        self._triangles.write(batch.triangles, viewport=(0, 0, ROW, rows))
        context = self._context
        vertices, indices = context.buffer(batch.vertices), context.buffer(batch.indices)
        self._draw_shadows(vertices, indices, sum(run.count for run in batch.front))
        layers = []
        for runs in (batch.front, batch.backdrop):
            self._target.begin(size)
            for run in runs:
                self._draw_run(run, vertices, indices)
            layers.append(self._target.read(size))
        vertices.release()
        indices.release()
        return layers[0], layers[1]

    def _draw_run(self, run: Run, vertices: moderngl.Buffer, indices: moderngl.Buffer) -> None:
        program = self._drawing[run.kind]
        program["first_triangle"] = run.first
        layout = (vertices, "3f 3f 2f", "position", "normal", "uv")
        # Compilers drop what a kind does not use, which would be an error.
        array = self._context.vertex_array(program, [layout], indices, skip_errors=True)
        context = self._context
        # Skin is closed; sleeves, skirts and hair are seen from inside too.
        closed = run.kind is Kind.SKIN
        context.enable_only(context.DEPTH_TEST | (context.CULL_FACE if closed else 0))
        array.render(vertices=3 * run.count, first=3 * run.first)
        array.release()

    def _draw_shadows(
        self, vertices: moderngl.Buffer, indices: moderngl.Buffer, count: int
    ) -> None:
        context = self._context
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        context.enable_only(context.DEPTH_TEST)
        padding = "3f 20x"
        array = context.vertex_array(self._shading, [(vertices, padding, "position")], indices)
        array.render(vertices=3 * count)
        array.release()


def _nothing(size: tuple[int, int]) -> Drawn:
    ids, colour = np.zeros(size, np.uint8), np.zeros((*size, 4), np.uint8)
    return Drawn(colour, colour, ids, ids, ids, np.zeros(size, np.float32))


def _tiles(
    context: moderngl.Context, layers: NDArray[np.uint8], *, repeat: bool
) -> moderngl.TextureArray:
    count, height, width, _ = layers.shape
    array = context.texture_array((width, height, count), 4, np.ascontiguousarray(layers))
    array.build_mipmaps()
    array.repeat_x = array.repeat_y = repeat
    return array


def _by_columns(matrix: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(matrix.T.ravel().tolist())


def _shader(name: str) -> str:
    return files("m2fp.synthesis").joinpath("shaders", name).read_text(encoding="utf-8")
