#version 330 core
// Colour and ids of a surface. See material.py for what the texels mean.
uniform sampler2D materials;        // TEXELS wide, one row per material
uniform usampler2D triangles;       // part, fine part, person, material
uniform int first_triangle;
uniform sampler2DArray patterns;    // r, g: masks of the second and third colour; b: light; a: height
uniform sampler2DArray prints;      // rgba, one layer per print
uniform sampler2DArray face;        // 0: lips, brows, lid rims, blush; 1: stubble, creases, freckles
uniform sampler2DShadow shadow;
uniform sampler2D contact;          // how near things stand to the ground, by place on it
uniform mat4 light_view;
uniform vec4 contact_area;          // x, z of its corner; width, depth; metres
uniform vec3 eye;
uniform vec3 light_direction;       // to the light
uniform vec3 light_colour;
uniform vec3 sky_colour;
uniform vec3 ground_colour;
uniform vec4 haze;                  // colour, share per metre
uniform float softness;             // radius of the shadow's edge, in the shadow map
uniform float exposure;
uniform float folds_layer;
uniform float skin_layer;

in vec3 place;
in vec3 direction;
in vec2 cloth;

layout(location = 0) out vec4 colour;
layout(location = 1) out uint id;

const int PATTERNED = 0, SKIN = 1, HAIR = 2, CATCHER = 3, GLOWING = 4;

vec4 texel(int column, int row) { return texelFetch(materials, ivec2(column, row), 0); }

// The normal of a surface with small heights on it (Mikkelsen 2010), heights in metres.
vec3 dented(vec3 normal, float height) {
    vec3 along = dFdx(place), across = dFdy(place);
    vec3 first = cross(across, normal), second = cross(normal, along);
    float area = dot(along, first);
    vec3 slope = sign(area) * (dFdx(height) * first + dFdy(height) * second);
    return normalize(max(abs(area), 1e-12) * normal - clamp(slope, -abs(area), abs(area)));
}

float lit(vec3 normal, float facing) {
    vec4 at = light_view * vec4(place + 0.012 * normal, 1.0);
    vec3 spot = at.xyz * 0.5 + 0.5;
    if (any(lessThan(spot, vec3(0.0))) || any(greaterThan(spot, vec3(1.0)))) return 1.0;
    float bias = 0.0006 + 0.0015 * (1.0 - facing);
    float turn = 6.2832 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    mat2 spin = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
    float sum = 0.0;
    for (int i = 0; i < 8; ++i) {
        float radius = sqrt((float(i) + 0.5) / 8.0), angle = 2.39996 * float(i);
        vec2 step = spin * vec2(cos(angle), sin(angle)) * radius * softness;
        sum += texture(shadow, vec3(spot.xy + step, spot.z - bias));
    }
    return sum / 8.0;
}

void main() {
    int number = gl_PrimitiveID + first_triangle;
    uvec4 what = texelFetch(triangles, ivec2(number & 1023, number >> 10), 0);
    id = what.r | (what.g << 8) | (what.b << 16);
    int look = int(what.a);
    vec4 a = texel(0, look), b = texel(1, look), c = texel(2, look), weave = texel(3, look), mirror = texel(4, look);
    vec4 decal = texel(5, look), turn = texel(6, look), eyes = texel(7, look), beard = texel(8, look);
    int kind = int(a.w + 0.5);

    vec3 view = normalize(eye - place);
    vec3 normal = normalize(direction);
    if (!gl_FrontFacing) normal = -normal;

    mat2 rotation = mat2(turn.x, turn.y, -turn.y, turn.x);
    vec4 design = texture(patterns, vec3(rotation * cloth * c.w, b.w));
    vec4 fine = texture(patterns, vec3(rotation * cloth * weave.y, weave.x));
    vec4 fold = texture(patterns, vec3(cloth * turn.w, folds_layer));
    vec2 spot = (cloth - vec2(0.64, 0.17)) / vec2(0.35, 0.63); // FACE_BOX
    vec4 first = texture(face, vec3(spot, 0.0)), second = texture(face, vec3(spot, 1.0));

    vec3 albedo = mix(mix(a.rgb, b.rgb, design.r), c.rgb, design.g);
    float height = 0.045 * weave.w * (fold.a - 0.5) + 0.002 * weave.z * (fine.a - 0.5);
    float shine = mirror.y, gloss = mirror.x;
    if (kind == SKIN) {
        float mottle = texture(patterns, vec3(cloth * 3.0, skin_layer)).b;
        albedo = a.rgb * (0.86 + 0.28 * mottle);
        if (all(greaterThan(spot, vec2(0.0))) && all(lessThan(spot, vec2(1.0)))) {
            albedo *= mix(vec3(1.0), vec3(1.10, 0.78, 0.76), first.a * eyes.w);
            albedo *= 1.0 - 0.45 * second.g * beard.y;
            albedo *= mix(vec3(1.0), vec3(0.72, 0.58, 0.50), second.b * beard.z);
            albedo = mix(albedo, c.rgb, second.r * beard.x * (0.55 + 0.45 * fine.b));
            albedo = mix(albedo, b.rgb, 0.85 * first.r);
            albedo = mix(albedo, c.rgb, 0.9 * smoothstep(beard.w, beard.w + 0.35, first.g));
            albedo *= 1.0 - 0.75 * first.b;
        }
        float ball = min(distance(cloth, vec2(0.7656, 0.9503)), distance(cloth, vec2(0.8078, 0.9503)));
        bool on_ball = cloth.y > 0.92 && cloth.x > 0.75 && cloth.x < 0.82;
        if (on_ball) {
            albedo = mix(vec3(0.62, 0.58, 0.56), eyes.rgb, 1.0 - smoothstep(0.0026, 0.0031, ball));
            albedo *= 1.0 - 0.6 * smoothstep(0.0020, 0.0028, ball) * (1.0 - smoothstep(0.0028, 0.0034, ball));
            albedo = mix(albedo, vec3(0.006), 1.0 - smoothstep(0.0010, 0.0014, ball));
            shine = 0.6;
            gloss = 0.95;
        }
        if (what.r == 2u) albedo = mix(c.rgb, albedo, 0.12 * fine.b); // a shaved or bald-capped scalp
    } else if (kind == HAIR) {
        float strand = fine.b;
        albedo = mix(a.rgb, b.rgb, smoothstep(0.35, 0.9, strand)) * (0.45 + 0.9 * strand);
    } else {
        albedo *= mix(1.0, 0.55 + 0.9 * fine.b, weave.z);
        albedo *= 1.0 - turn.z * (0.9 * smoothstep(0.45, 0.8, fold.b));
        if (mirror.w >= 0.0) {
            vec2 at = (cloth - decal.xy) / decal.zw + 0.5;
            vec4 ink = texture(prints, vec3(at, mirror.w));
            bool on = all(greaterThan(at, vec2(0.0))) && all(lessThan(at, vec2(1.0)));
            albedo = mix(albedo, ink.rgb, on ? ink.a : 0.0);
        }
    }
    normal = dented(normal, height);
    vec3 strands = normalize(dFdx(place) * dFdy(cloth.x) - dFdy(place) * dFdx(cloth.x)
        + vec3(0.0, 1e-9, 0.0));

    float facing = dot(normal, light_direction);
    float shade = lit(normalize(direction) * (gl_FrontFacing ? 1.0 : -1.0), max(facing, 0.0));
    vec2 ground = (place.xz - contact_area.xy) / contact_area.zw;
    float near = texture(contact, ground).r * (all(equal(clamp(ground, 0.0, 1.0), ground)) ? 1.0 : 0.0);
    near *= exp(-6.0 * max(place.y, 0.0));

    if (kind == CATCHER) {
        float power = dot(light_colour, vec3(0.3333)) * max(light_direction.y, 0.0);
        float around = dot(sky_colour, vec3(0.3333));
        float left = (power * shade + around * (1.0 - 0.75 * near)) / (power + around);
        colour = vec4(0.0, 0.0, 0.0, clamp(1.0 - left, 0.0, 0.92));
        return;
    }
    vec3 diffuse = vec3(clamp(facing, 0.0, 1.0));
    if (kind == SKIN) { // light bleeds under the skin, red farthest
        vec3 wrap = vec3(0.30, 0.14, 0.09);
        diffuse = clamp((facing + wrap) / (1.0 + wrap), 0.0, 1.0);
    } else if (kind == HAIR) {
        diffuse = vec3(clamp(facing * 0.7 + 0.3, 0.0, 1.0));
    }
    vec3 ambient = mix(ground_colour, sky_colour, normal.y * 0.5 + 0.5);
    if (!gl_FrontFacing) ambient *= 0.45; // inside of a sleeve or skirt
    if (what.b == 0u) ambient *= 1.0 - 0.75 * near;
    vec3 energy = light_colour * diffuse * shade + ambient;

    vec3 middle = normalize(light_direction + view);
    float sharp = exp2(1.0 + 9.0 * gloss);
    float highlight = pow(max(dot(normal, middle), 0.0), sharp) * (sharp + 8.0) / 25.0;
    if (kind == HAIR) { // strands mirror in rings across their direction
        float across = dot(strands, middle);
        highlight = pow(sqrt(max(1.0 - across * across, 0.0)), 60.0) * (0.3 + fine.b);
    }
    float rim = pow(1.0 - max(dot(normal, view), 0.0), 5.0);
    vec3 mirrored = shine * (light_colour * shade * highlight * max(facing, 0.0)
        + (0.25 + rim) * gloss * mix(ground_colour, sky_colour, reflect(-view, normal).y * 0.5 + 0.5));

    vec3 light = albedo * energy + mirrored;
    if (kind == GLOWING) light = albedo * mirror.z;
    float far = 1.0 - exp(-haze.w * distance(eye, place));
    light = mix(light, haze.rgb, far);
    light = light * exposure;
    light = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14); // Narkowicz 2016
    colour = vec4(pow(clamp(light, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
