// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/scene_encoder.h"
#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace lumiverb {
namespace {

constexpr int maxSize = 4096;
constexpr float singleCropAspect = 1.2f, doubleCropAspect = 2.0f;

/// The source samples that make one output sample.
struct Taps
{
    int first = 0;
    std::vector<float> weights;     // sum 1
};

/// Overlap of the output sample's interval with each source sample.
Taps areaTaps (int index, double scale, int length)
{
    const double begin = index * scale, end = (index + 1) * scale;
    Taps taps { std::min (static_cast<int> (begin), length - 1), {} };
    for (int i = taps.first; i < length && i < end; ++i)
        taps.weights.push_back (static_cast<float> ((std::min (end, i + 1.0) - std::max (begin, double (i))) / scale));
    return taps;
}

Taps bilinearTaps (int index, double scale, int length)
{
    const double centre = std::clamp ((index + 0.5) * scale - 0.5, 0.0, length - 1.0);
    const int first = std::min (static_cast<int> (centre), std::max (0, length - 2));
    const auto fraction = static_cast<float> (centre - first);
    if (length == 1)
        return { 0, { 1.0f } };
    return { first, { 1.0f - fraction, fraction } };
}

std::vector<Taps> makeTaps (int length, int size)
{
    std::vector<Taps> all;
    all.reserve (static_cast<std::size_t> (size));
    const double scale = double (length) / size;
    for (int i = 0; i < size; ++i)
        all.push_back (scale >= 1.0 ? areaTaps (i, scale, length) : bilinearTaps (i, scale, length));
    return all;
}

struct Square
{
    int x, y, side;
};

Square cropSquare (const PictureView& picture, float centre)
{
    const int side = std::min (picture.width, picture.height);
    const int longer = std::max (picture.width, picture.height);
    const auto start = std::clamp (std::lround (double (centre) * longer - side / 2.0), 0l, long (longer - side));
    const int offset = static_cast<int> (start);
    return picture.width >= picture.height ? Square { offset, 0, side } : Square { 0, offset, side };
}

/// Weighted sum of source rows: one row of side x 3 values.
void mixRows (const PictureView& picture, const Square& square, const Taps& taps, std::vector<float>& row)
{
    std::fill (row.begin(), row.end(), 0.0f);
    const auto stride = std::size_t (picture.width) * 3;
    for (std::size_t k = 0; k < taps.weights.size(); ++k)
    {
        const auto y = std::size_t (square.y + taps.first) + k;
        const std::uint8_t* source = picture.rgb + y * stride + std::size_t (square.x) * 3;
        const float weight = taps.weights[k];
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] += weight * float (source[i]);
    }
}

}  // namespace

std::vector<float> preparePicture (const PictureView& picture, int size, float cropCentre)
{
    if (picture.rgb == nullptr || picture.width <= 0 || picture.height <= 0)
        throw std::invalid_argument ("The picture has no pixels.");
    if (size < 1 || size > maxSize)
        throw std::invalid_argument ("The picture size for the network must be 1 to 4096.");
    if (! std::isfinite (cropCentre))
        throw std::invalid_argument ("The crop centre must be a number from 0 to 1.");

    const auto square = cropSquare (picture, std::clamp (cropCentre, 0.0f, 1.0f));
    const auto taps = makeTaps (square.side, size);         // the crop is square: both axes share them
    const auto n = static_cast<std::size_t> (size);
    std::vector<float> output (3 * n * n);
    std::vector<float> row (std::size_t (square.side) * 3);

    for (std::size_t y = 0; y < n; ++y)
    {
        mixRows (picture, square, taps[y], row);
        for (std::size_t x = 0; x < n; ++x)
        {
            const auto& t = taps[x];
            const float* source = row.data() + std::size_t (t.first) * 3;
            float rgb[3] = {};
            for (std::size_t k = 0; k < t.weights.size(); ++k)
                for (std::size_t c = 0; c < 3; ++c)
                    rgb[c] += t.weights[k] * source[3 * k + c];
            for (std::size_t c = 0; c < 3; ++c)
                output[(c * n + y) * n + x] = std::clamp (rgb[c] / 255.0f, 0.0f, 1.0f);
        }
    }
    return output;
}

std::vector<float> cropCentres (int width, int height)
{
    if (width <= 0 || height <= 0)
        throw std::invalid_argument ("The picture has no pixels.");
    const float aspect = float (std::max (width, height)) / float (std::min (width, height));
    const float end = 0.5f / aspect;                        // centre of the first square
    if (aspect <= singleCropAspect)
        return { 0.5f };
    if (aspect <= doubleCropAspect)
        return { end, 1.0f - end };
    return { end, 0.5f, 1.0f - end };
}

}  // namespace lumiverb
