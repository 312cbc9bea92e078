#version 330 core
// Only where things are, as the light sees them.
uniform mat4 light_view;

in vec3 position;

void main() {
    gl_Position = light_view * vec4(position, 1.0);
}
