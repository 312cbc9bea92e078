"""Little .mhclo files with meshes, as MakeHuman writes them."""

from pathlib import Path

_HEADER = """# made for a test
basemesh hm08
name thing
obj_file {mesh}
x_scale 5399 11998 1.5
y_scale 791 881 2.0
z_scale 962 5320 1.9
z_depth 50
"""


def write_patch(
    folder: Path,
    name: str,
    owners: list[tuple[int, int, int]],
    *,
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    deleted: str = "",
    closed: bool = False,
) -> Path:
    """Write a fan of triangles, a vertex on each of these triples of base vertices.

    Every vertex lies in the middle of its triple, moved by `offset` (decimetres). Of a closed fan
    the first vertex is not on its edge.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = len(owners)
    mesh = [f"v {number} 0 0" for number in range(count)]
    mesh += [f"vt {number / count} {number % 2}" for number in range(count)]
    mesh += [f"f 1/1 {i}/{i} {i + 1}/{i + 1}" for i in range(2, count)]
    mesh += [f"f 1/1 {count}/{count} 2/2"] if closed else []
    (folder / f"{name}.obj").write_text("\n".join(mesh) + "\n", encoding="utf-8")
    third = f"{1 / 3:.6f}"
    moved = " ".join(str(part) for part in offset)
    rows = [f"{a} {b} {c} {third} {third} {third} {moved}" for a, b, c in owners]
    text = _HEADER.format(mesh=f"{name}.obj") + "verts 0\nmaterial thing.mhmat\n" + "\n".join(rows)
    if deleted:
        text += f"\ndelete_verts\n{deleted}\n"
    path = folder / f"{name}.mhclo"
    path.write_text(text, encoding="utf-8")
    return path
