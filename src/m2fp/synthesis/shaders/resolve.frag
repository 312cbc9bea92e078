#version 330 core
// Of the samples of a pixel: ids by majority, never blended; the depth of a sample with that id.
uniform usampler2DMS ids;
uniform sampler2DMS depths;
uniform int samples;
uniform vec2 range; // near and far plane, metres

layout(location = 0) out uint id;
layout(location = 1) out float depth;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    uint best = 0u;
    int votes = 0, from = 0;
    for (int i = 0; i < samples; ++i) {
        uint own = texelFetch(ids, pixel, i).r;
        int same = 0;
        for (int j = 0; j < samples; ++j) same += int(texelFetch(ids, pixel, j).r == own);
        if (same > votes) { votes = same; best = own; from = i; }
    }
    float z = 2.0 * texelFetch(depths, pixel, from).r - 1.0;
    id = best;
    depth = z >= 1.0 ? 0.0 : 2.0 * range.x * range.y / (range.y + range.x - z * (range.y - range.x));
}
