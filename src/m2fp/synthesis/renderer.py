"""Drawing surfaces into colour, ids and depth, on a graphics card or in software."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from m2fp.synthesis.camera import FAR_M, NEAR_M, Camera
from m2fp.synthesis.gl_context import open_context
from m2fp.synthesis.light import Light
from m2fp.synthesis.material import TEXELS
from m2fp.synthesis.shadow import Contact, light_matrix
from m2fp.synthesis.surface import Surface
from m2fp.synthesis.textures import PRINT_COUNT, PRINT_SIZE, TextureSet, layer_of

if TYPE_CHECKING:
    import moderngl

_SAMPLES = 4
_SHADOW_SIZE = 1024
_ROW = 1024  # triangles in a row of the table
_MAX_TRIANGLES = _ROW * 1024
_MAX_MATERIALS = 512
_VERTEX = "3f 3f 2f"


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
        self._drawing = context.program(
            vertex_shader=_shader("surface.vert"), fragment_shader=_shader("surface.frag")
        )
        self._shading = context.program(
            vertex_shader=_shader("shadow.vert"), fragment_shader=_shader("shadow.frag")
        )
        self._resolving = context.program(
            vertex_shader=_shader("full.vert"), fragment_shader=_shader("resolve.frag")
        )
        self._target = _Target(context, size)
        self._shadow = context.depth_texture((_SHADOW_SIZE, _SHADOW_SIZE))
        self._shadow.compare_func = "<="
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._shadow_target = context.framebuffer(depth_attachment=self._shadow)
        self._materials = context.texture((TEXELS, _MAX_MATERIALS), 4, dtype="f4")
        self._triangles = context.texture((_ROW, _MAX_TRIANGLES // _ROW), 4, dtype="u2")
        self._contact = context.texture((Contact.CELLS, Contact.CELLS), 1)
        self._contact.repeat_x = self._contact.repeat_y = False
        self._patterns = _tiles(context, textures.patterns, repeat=True)
        self._face = _tiles(context, textures.face, repeat=False)
        self._prints = context.texture_array((PRINT_SIZE, PRINT_SIZE, PRINT_COUNT), 4)
        self._prints.repeat_x = self._prints.repeat_y = False
        names = ("materials", "triangles", "patterns", "prints", "face", "shadow", "contact")
        for unit, name in enumerate(names):
            getattr(self, f"_{name}").use(unit)
            self._drawing[name] = unit
        self._drawing["folds_layer"] = float(layer_of("folds"))
        self._drawing["skin_layer"] = float(layer_of("mottle"))
        self._resolving["ids"], self._resolving["depths"] = 8, 9
        self._resolving["samples"] = _SAMPLES
        self._resolving["range"] = NEAR_M, FAR_M

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
        for layer, picture in enumerate(prints):
            box = (0, 0, layer, PRINT_SIZE, PRINT_SIZE, 1)
            self._prints.write(np.ascontiguousarray(picture), viewport=box)
        self._prints.build_mipmaps()
        self._light_up(front, light)
        drawing = self._drawing
        drawing["camera"].write(np.ascontiguousarray(camera.matrix().T))
        drawing["eye"] = tuple(camera.position)
        batch = _Batch(front, backdrop)
        self._materials.write(batch.materials, viewport=(0, 0, TEXELS, len(batch.materials)))
        rows = len(batch.triangles) // _ROW
        self._triangles.write(batch.triangles, viewport=(0, 0, _ROW, rows))
        context = self._context
        vertices, indices = context.buffer(batch.vertices), context.buffer(batch.indices)
        try:
            attributes = (vertices, _VERTEX, "position", "normal", "uv")
            array = context.vertex_array(drawing, [attributes], indices)
            self._draw_shadows(vertices, indices, batch.front_count)
            drawn = [
                self._draw_layer(array, 0, batch.front_count, (height, width)),
                self._draw_layer(array, batch.front_count, batch.back_count, (height, width)),
            ]
            array.release()
        finally:
            vertices.release()
            indices.release()
        (colour, ids, depth), (behind, _, _) = drawn
        return Drawn(
            colour,
            behind,
            (ids & 255).astype(np.uint8),
            (ids >> 8 & 255).astype(np.uint8),
            (ids >> 16 & 255).astype(np.uint8),
            depth,
        )

    def _light_up(self, front: Sequence[Surface], light: Light) -> None:
        drawing = self._drawing
        clouds = [surface.mesh.vertices for surface in front]
        matrix, width_m = light_matrix(clouds, light.direction)
        contact = Contact.of(clouds)
        self._contact.write(contact.nearness)
        drawing["contact_area"] = contact.area
        drawing["light_view"].write(np.ascontiguousarray(matrix.T))
        self._shading["light_view"].write(np.ascontiguousarray(matrix.T))
        drawing["softness"] = light.softness * 0.5 / width_m + 0.7 / _SHADOW_SIZE
        drawing["light_direction"] = tuple(light.direction)
        drawing["light_colour"] = light.strong
        drawing["sky_colour"] = light.sky
        drawing["ground_colour"] = light.ground
        drawing["haze"] = (*light.haze, light.haze_per_m)
        drawing["exposure"] = light.exposure

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

    def _draw_layer(
        self, array: moderngl.VertexArray, first: int, count: int, size: tuple[int, int]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.float32]]:
        context, target = self._context, self._target
        context.enable_only(context.DEPTH_TEST)
        target.drawing.use()
        context.viewport = (0, 0, size[1], size[0])
        target.drawing.clear()
        if count:
            self._drawing["first_triangle"] = first
            array.render(vertices=3 * count, first=3 * first)
        return target.read(self._resolving, size)


class _Batch:
    """All surfaces in one set of buffers, the front ones first."""

    def __init__(self, front: Sequence[Surface], backdrop: Sequence[Surface]) -> None:
        surfaces = [*front, *backdrop]
        counts = [len(surface.mesh.triangles) for surface in surfaces]
        self.front_count = sum(counts[: len(front)])
        self.back_count = sum(counts[len(front) :])
        total = self.front_count + self.back_count
        if total > _MAX_TRIANGLES:
            raise ValueError(f"{total} triangles are too many")
        rows, indices, start = [], [], 0
        table = np.zeros((-(-max(total, 1) // _ROW) * _ROW, 4), np.uint16)
        materials: list[NDArray[np.float32]] = []
        at = 0
        for surface, count in zip(surfaces, counts, strict=True):
            mesh = surface.mesh
            rows.append(np.concatenate([mesh.vertices, surface.normals, mesh.uv], axis=1))
            indices.append(mesh.triangles + start)
            own = table[at : at + count]
            own[:, 0], own[:, 1], own[:, 2] = mesh.parts, mesh.fine_parts, surface.person
            own[:, 3] = surface.looks + np.uint16(len(materials))
            materials.extend(material.texels() for material in surface.materials)
            start += len(mesh.vertices)
            at += count
        self.vertices = np.ascontiguousarray(np.concatenate(rows), np.float32)
        self.indices = np.ascontiguousarray(np.concatenate(indices), np.int32)
        self.triangles = table
        if len(materials) > _MAX_MATERIALS:
            raise ValueError(f"{len(materials)} materials are too many")
        self.materials = np.stack(materials)


class _Target:
    """Where a layer is drawn with several samples a pixel, and where it is read from."""

    def __init__(self, context: moderngl.Context, size: int) -> None:
        self._context = context
        square = (size, size)
        self._ids = context.texture(square, 1, samples=_SAMPLES, dtype="u4")
        self._depths = context.depth_texture(square, samples=_SAMPLES)
        colour = context.renderbuffer(square, 4, samples=_SAMPLES)
        self.drawing = context.framebuffer([colour, self._ids], self._depths)
        self._colour_only = context.framebuffer([colour])
        self._plain = context.framebuffer([context.renderbuffer(square, 4)])
        self._id = context.texture(square, 1, dtype="u4")
        self._depth = context.texture(square, 1, dtype="f4")
        self._resolved = context.framebuffer([self._id, self._depth])
        self._whole: moderngl.VertexArray | None = None

    def read(
        self, resolving: moderngl.Program, size: tuple[int, int]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.float32]]:
        """Return colour, ids and depth of what was drawn, (H, W, ...)."""
        context, (height, width) = self._context, size
        context.copy_framebuffer(self._plain, self._colour_only)
        self._ids.use(8)
        self._depths.use(9)
        self._resolved.use()
        context.viewport = (0, 0, width, height)
        context.enable_only(context.NOTHING)
        if self._whole is None:
            self._whole = context.vertex_array(resolving, [])
        self._whole.render(vertices=3)
        box = (0, 0, width, height)
        colour = np.frombuffer(self._plain.read(box, 4), np.uint8)
        ids = np.frombuffer(self._resolved.read(box, 1, dtype="u4"), np.uint32)
        depth = np.frombuffer(self._resolved.read(box, 1, attachment=1, dtype="f4"), np.float32)
        return (
            colour.reshape(height, width, 4),
            ids.reshape(height, width),
            depth.reshape(height, width),
        )


def _tiles(
    context: moderngl.Context, layers: NDArray[np.uint8], *, repeat: bool
) -> moderngl.TextureArray:
    count, height, width, _ = layers.shape
    array = context.texture_array((width, height, count), 4, np.ascontiguousarray(layers))
    array.build_mipmaps()
    array.repeat_x = array.repeat_y = repeat
    return array


def _shader(name: str) -> str:
    return files("m2fp.synthesis").joinpath("shaders", name).read_text(encoding="utf-8")
