#version 330 core
// World vertices to the picture; everything the light needs goes along.
uniform mat4 camera;

in vec3 position;
in vec3 normal;
in vec2 uv;

out vec3 place;
out vec3 direction;
out vec2 cloth;

void main() {
    place = position;
    direction = normal;
    cloth = uv;
    gl_Position = camera * vec4(position, 1.0);
}
