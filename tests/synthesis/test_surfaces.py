"""Normals, edges and what hangs together."""

import numpy as np

from m2fp.synthesis.surfaces import islands, neighbour_means, open_edge, vertex_normals

# A square of four triangles about its middle, vertex 4; seen from +z counter-clockwise.
_SQUARE = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
_PLACES = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [0, 2, 0], [1.5, 1, 0]], np.float32)


def test_normals_point_to_where_triangles_run_counter_clockwise() -> None:
    np.testing.assert_allclose(vertex_normals(_PLACES, _SQUARE), [[0, 0, 1]] * 5, atol=1e-6)
    alone = vertex_normals(_PLACES, _SQUARE[:1])
    np.testing.assert_array_equal(alone[2], [0, 0, 0])


def test_the_rim_is_open() -> None:
    np.testing.assert_array_equal(open_edge(_SQUARE, np.arange(5)), [True] * 4 + [False])


def test_a_seam_is_not_open() -> None:
    # Vertex 5 stands at the place of vertex 0: the last triangle is on another part of the texture.
    seamed = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 5, 4]])
    weld = np.array([0, 1, 2, 3, 4, 0])
    np.testing.assert_array_equal(open_edge(seamed, weld), [True] * 4 + [False, True])


def test_only_what_is_inside_moves_to_the_mean_of_its_neighbours() -> None:
    smoothed = neighbour_means(_SQUARE, np.arange(5)).of(_PLACES)
    np.testing.assert_allclose(smoothed[:4], _PLACES[:4])
    np.testing.assert_allclose(smoothed[4], [1, 1, 0])


def test_vertices_at_one_place_stay_together() -> None:
    places = np.vstack([_PLACES, _PLACES[4]])
    seamed = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 5], [3, 0, 5]])
    smoothed = neighbour_means(seamed, np.array([0, 1, 2, 3, 4, 4])).of(places)
    np.testing.assert_allclose(smoothed[4:], [[1, 1, 0]] * 2)


def test_islands_are_known_by_their_smallest_index() -> None:
    triangles = np.array([[7, 8, 9], [3, 4, 5], [5, 6, 3], [9, 10, 7]])
    np.testing.assert_array_equal(islands(triangles), [7, 3, 3, 7])
