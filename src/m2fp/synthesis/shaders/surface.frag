// Colour and ids of a surface. See material.py for what the texels mean.
// The renderer puts "#version" and one of PATTERNED, SKIN, HAIR, CATCHER before this: a software
// rasteriser computes both sides of every branch, so each kind has a program of its own.
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
uniform float steepness;            // the shadow map's width by its depth
uniform float exposure;
uniform float folds_layer;
uniform float skin_layer;

in vec3 place;
in vec3 direction;
in vec2 cloth;

layout(location = 0) out vec4 colour;
layout(location = 1) out uint id;

vec4 texel(int column, int row) { return texelFetch(materials, ivec2(column, row), 0); }

// The normal of a surface with small heights on it (Mikkelsen 2010), heights in metres.
vec3 dented(vec3 normal, float height) {
    vec3 along = dFdx(place), across = dFdy(place);
    vec3 first = cross(across, normal), second = cross(normal, along);
    float area = dot(along, first);
    vec3 slope = sign(area) * (dFdx(height) * first + dFdy(height) * second);
    return normalize(max(abs(area), 1e-12) * normal - clamp(slope, -abs(area), abs(area)));
}

const int TAPS = 6;

float lit(vec3 normal, float facing) {
    vec4 at = light_view * vec4(place + 0.012 * normal, 1.0);
    vec3 spot = at.xyz * 0.5 + 0.5;
    if (any(lessThan(spot, vec3(0.0))) || any(greaterThan(spot, vec3(1.0)))) return 1.0;
    // On a slope, neighbours within the radius are nearer to the light by right.
    float slope = sqrt(1.0 - facing * facing) / max(facing, 0.15);
    float bias = 0.0006 + softness * steepness * clamp(slope, 0.3, 2.5);
    float turn = 6.2832 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    mat2 spin = mat2(cos(turn), sin(turn), -sin(turn), cos(turn));
    float sum = 0.0;
    for (int i = 0; i < TAPS; ++i) {
        float radius = sqrt((float(i) + 0.5) / float(TAPS)), angle = 2.39996 * float(i);
        vec2 step = spin * vec2(cos(angle), sin(angle)) * radius * softness;
        sum += texture(shadow, vec3(spot.xy + step, spot.z - bias));
    }
    return sum / float(TAPS);
}

// What is the same all over a material, row `look` of the table.
struct Look { vec4 a, b, c, weave, mirror, decal, turn, eyes, beard; };

Look look_of(int row) {
    return Look(texel(0, row), texel(1, row), texel(2, row), texel(3, row), texel(4, row),
                texel(5, row), texel(6, row), texel(7, row), texel(8, row));
}

// 1 where a tile is seen large enough that its threads do not beat with the pixels, else less.
float resolved(float repeats) {
    float texels = 256.0 * repeats * max(length(dFdx(cloth)), length(dFdy(cloth)));
    return 1.0 - smoothstep(1.0, 4.0, texels);
}

bool inside(vec2 spot) { return clamp(spot, 0.0, 1.0) == spot; }

#if defined(SKIN)
vec3 face_colour(Look look, vec3 skin, float grain) {
    vec2 spot = (cloth - vec2(0.64, 0.17)) / vec2(0.35, 0.63); // FACE_BOX
    vec4 first = texture(face, vec3(spot, 0.0)), second = texture(face, vec3(spot, 1.0));
    vec3 beard = look.c.rgb;
    vec3 albedo = skin * mix(vec3(1.0), vec3(1.10, 0.78, 0.76), first.a * look.eyes.w);
    albedo *= 1.0 - 0.35 * second.g * look.beard.y;
    albedo *= mix(vec3(1.0), vec3(0.72, 0.58, 0.50), second.b * look.beard.z);
    albedo = mix(albedo, beard, second.r * look.beard.x * (0.55 + 0.45 * grain));
    albedo = mix(albedo, look.b.rgb, 0.85 * first.r);
    albedo = mix(albedo, beard, 0.9 * smoothstep(look.beard.w, look.beard.w + 0.35, first.g));
    return inside(spot) ? albedo * (1.0 - 0.75 * first.b) : skin;
}

// The distance from the middle of the nearer pupil, in texture coordinates.
float pupil_distance() {
    return min(distance(cloth, vec2(0.7656, 0.9503)), distance(cloth, vec2(0.8078, 0.9503)));
}

vec3 eye_colour(vec3 iris, float from) {
    vec3 albedo = mix(vec3(0.62, 0.58, 0.56), iris, 1.0 - smoothstep(0.00150, 0.00175, from));
    float rim = smoothstep(0.0011, 0.0015, from) * (1.0 - smoothstep(0.0016, 0.0020, from));
    return mix(albedo * (1.0 - 0.6 * rim), vec3(0.006), 1.0 - smoothstep(0.00055, 0.00075, from));
}
#endif

#if defined(HAIR)
// Strands are lines of one direction from the head's axis; `cloth` is metres from that axis. The
// slopes are made by hand because the direction jumps behind the head.
vec4 strand(Look look) {
    float from = max(dot(cloth, cloth), 1e-4);
    float turn = atan(cloth.x, cloth.y);
    float right = (cloth.y * dFdx(cloth.x) - cloth.x * dFdx(cloth.y)) / from;
    float down = (cloth.y * dFdy(cloth.x) - cloth.x * dFdy(cloth.y)) / from;
    float scale = look.weave.y;
    vec2 slow = vec2(0.3 * scale * sqrt(from) + 0.2 * scale * place.y);
    return textureGrad(patterns, vec3(scale * turn, slow.x, look.weave.x),
        vec2(scale * right, 0.0), vec2(scale * down, 0.0));
}
#endif

#if defined(PATTERNED)
vec3 printed(Look look, vec3 albedo) {
    vec2 at = (cloth - look.decal.xy) / look.decal.zw + 0.5;
    vec4 ink = texture(prints, vec3(at, max(look.mirror.w, 0.0)));
    return mix(albedo, ink.rgb, look.mirror.w >= 0.0 && inside(at) ? ink.a : 0.0);
}
#endif

// How dark it is under what stands on the ground.
float contact_dark() {
    vec2 spot = (place.xz - contact_area.xy) / contact_area.zw;
    float near = inside(spot) ? texture(contact, spot).r : 0.0;
    return near * exp(-6.0 * max(place.y, 0.0));
}

#if defined(CATCHER)
vec4 shadow_only(float shade) {
    float power = dot(light_colour, vec3(0.3333)) * max(light_direction.y, 0.0);
    float around = dot(sky_colour, vec3(0.3333));
    float left = (power * shade + around * (1.0 - 0.75 * contact_dark())) / (power + around);
    return vec4(0.0, 0.0, 0.0, clamp(1.0 - left, 0.0, 0.92));
}
#endif

// What a camera makes of light.
vec3 developed(vec3 light) {
    float far = 1.0 - exp(-haze.w * distance(eye, place));
    light = mix(light, haze.rgb, far) * exposure;
    light = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14); // Narkowicz 2016
    return pow(clamp(light, 0.0, 1.0), vec3(1.0 / 2.2));
}

void main() {
    int number = gl_PrimitiveID + first_triangle;
    uvec4 what = texelFetch(triangles, ivec2(number & 1023, number >> 10), 0);
    id = what.r | (what.g << 8) | (what.b << 16);
    float side = gl_FrontFacing ? 1.0 : -1.0;
    vec3 outward = side * normalize(direction);
#if defined(CATCHER)
    colour = shadow_only(lit(outward, max(dot(outward, light_direction), 0.0)));
#else
    Look look = look_of(int(what.a));
    vec3 view = normalize(eye - place);
    mat2 rotation = mat2(look.turn.x, look.turn.y, -look.turn.y, look.turn.x);
#if defined(HAIR)
    vec4 fine = strand(look);
#else
    vec4 fine = texture(patterns, vec3(rotation * cloth * look.weave.y, look.weave.x));
#endif
    float shine = look.mirror.y, gloss = look.mirror.x;
    vec3 normal = outward;

#if defined(SKIN)
    float mottle = texture(patterns, vec3(cloth * 7.0, skin_layer)).b;
    vec3 albedo = face_colour(look, look.a.rgb * (0.9 + 0.2 * mottle), fine.b);
    if (cloth.y > 0.92 && cloth.x > 0.75 && cloth.x < 0.82) { // an eyeball
        albedo = eye_colour(look.eyes.rgb, pupil_distance());
        shine = 0.6;
        gloss = 0.95;
    }
    if (what.r == 2u) albedo = mix(look.c.rgb, albedo, 0.12 * fine.b); // a shaved scalp
#elif defined(HAIR)
    vec3 albedo = mix(look.a.rgb, look.b.rgb, smoothstep(0.35, 0.9, fine.b)) * (0.6 + 0.65 * fine.b);
#else
    vec4 design = texture(patterns, vec3(rotation * cloth * look.c.w, look.b.w));
    vec4 fold = texture(patterns, vec3(cloth * look.turn.w, folds_layer));
    vec3 albedo = mix(mix(look.a.rgb, look.b.rgb, design.r), look.c.rgb, design.g);
    albedo *= mix(1.0, 0.55 + 0.9 * fine.b, look.weave.z);
    albedo *= 1.0 - 0.9 * look.turn.z * smoothstep(0.45, 0.8, fold.b);
    albedo = printed(look, albedo);
    float threads = 0.002 * look.weave.z * (fine.a - 0.5) * resolved(look.weave.y);
    normal = dented(normal, 0.045 * look.weave.w * (fold.a - 0.5) + threads);
#endif

    float facing = dot(normal, light_direction);
    float shade = lit(outward, max(facing, 0.0));
    vec3 ambient = mix(ground_colour, sky_colour, normal.y * 0.5 + 0.5);
    ambient *= gl_FrontFacing ? 1.0 : 0.45; // inside of a sleeve or skirt
    if (what.b == 0u) ambient *= 1.0 - 0.75 * contact_dark();

    vec3 middle = normalize(light_direction + view);
    float sharp = exp2(1.0 + 9.0 * gloss);
    float highlight = pow(max(dot(normal, middle), 0.0), sharp) * min((sharp + 8.0) / 25.0, 8.0);
#if defined(SKIN) // light bleeds under the skin, red farthest
    vec3 wrap = vec3(0.30, 0.14, 0.09);
    vec3 diffuse = clamp((facing + wrap) / (1.0 + wrap), 0.0, 1.0);
#elif defined(HAIR) // strands mirror in rings across their direction (Kajiya and Kay 1989)
    vec3 diffuse = vec3(clamp(facing * 0.7 + 0.3, 0.0, 1.0));
    vec3 strands = normalize(vec3(0.0, 1.001, 0.0) - normal.y * normal); // hair hangs
    float across = dot(strands, middle);
    highlight = pow(sqrt(max(1.0 - across * across, 0.0)), 60.0) * (0.3 + fine.b);
#else
    vec3 diffuse = vec3(clamp(facing, 0.0, 1.0));
#endif
    float rim = pow(1.0 - max(dot(normal, view), 0.0), 5.0);
    float up = reflect(-view, normal).y * 0.5 + 0.5;
    vec3 mirrored = light_colour * shade * highlight * max(facing, 0.0)
        + (0.25 + rim) * gloss * mix(ground_colour, sky_colour, up);
    vec3 light = albedo * (light_colour * diffuse * shade + ambient) + shine * mirrored;
    if (look.mirror.z > 0.0) light = albedo * look.mirror.z; // a lamp
    colour = vec4(developed(light), 1.0);
#endif
}
