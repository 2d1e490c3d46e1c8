// SPDX-License-Identifier: AGPL-3.0-or-later
#include "bindings.h"
#include "convert.h"
#include "lumiverb/inference/blind_room.h"
#include "lumiverb/inference/scene_encoder.h"
#include <limits>

namespace lumiverb::bindings {
namespace {

PictureView pictureView (const py::array& rgb)
{
    if (! py::isinstance<py::array_t<std::uint8_t>> (rgb) || rgb.ndim() != 3 || rgb.shape (2) != 3)
        throw std::invalid_argument ("A picture is a uint8 array of shape (height, width, 3).");
    if (rgb.shape (0) < 1 || rgb.shape (1) < 1 || rgb.shape (0) > 1'000'000 || rgb.shape (1) > 1'000'000)
        throw std::invalid_argument ("A picture has 1 to 1000000 rows and columns.");
    return { static_cast<const std::uint8_t*> (rgb.data()), static_cast<int> (rgb.shape (1)), static_cast<int> (rgb.shape (0)) };
}

py::array contiguous (const py::array& rgb) { return py::array::ensure (rgb, py::array::c_style); }

py::array_t<float> preparePictureArray (const py::array& rgb, int size, float cropCentre)
{
    const auto array = contiguous (rgb);
    const auto picture = pictureView (array);
    std::vector<float> image;
    {
        const py::gil_scoped_release release;
        image = preparePicture (picture, size, cropCentre);
    }
    py::array_t<float> result ({ 3, size, size });
    std::copy (image.begin(), image.end(), result.mutable_data());
    return result;
}

std::string describe (SceneEncoder& encoder, const py::array& rgb)
{
    const auto array = contiguous (rgb);
    const auto picture = pictureView (array);
    const py::gil_scoped_release release;
    return toJson (encoder.describe (picture));
}

py::array_t<float> heardBandLevels (const FloatArray& mono, double sampleRate)
{
    if (mono.ndim() != 1)
        throw std::invalid_argument ("Band levels are those of one channel: a one-dimensional array.");
    std::vector<float> levels;
    {
        const py::gil_scoped_release release;
        levels = heardBandLevels_db ({ mono.data(), static_cast<std::size_t> (mono.size()) }, sampleRate);
    }
    py::array_t<float> result ({ static_cast<py::ssize_t> (levels.size() / heardBands), static_cast<py::ssize_t> (heardBands) });
    std::copy (levels.begin(), levels.end(), result.mutable_data());
    return result;
}

std::string hear (BlindRoom& network, const FloatArray& audio, double sampleRate)
{
    if (audio.ndim() != 2 || audio.shape (0) < 1 || audio.shape (0) > 64 || audio.shape (1) > std::numeric_limits<int>::max())
        throw std::invalid_argument ("A recording is an array of shape (channels, samples) with 1 to 64 channels.");
    std::vector<const float*> channels;
    for (py::ssize_t c = 0; c < audio.shape (0); ++c)
        channels.push_back (audio.data (c, 0));
    const AudioView view { channels.data(), static_cast<int> (audio.shape (0)), static_cast<int> (audio.shape (1)), sampleRate };
    const py::gil_scoped_release release;
    return toJson (network.describe (view));
}

/// The manifest, as checked, without the weights.
py::dict loadPackage (const std::string& folder)
{
    std::string manifest;
    {
        const py::gil_scoped_release release;
        manifest = loadModelPackage (folder).manifestJson;
    }
    return py::module_::import ("json").attr ("loads") (manifest).cast<py::dict>();
}

}  // namespace

void initInference (py::module_& m)
{
    // One class on both sides of the seam: what the core throws is what lumiverb.errors documents.
    py::object modelError = py::module_::import ("lumiverb.errors").attr ("ModelError");
    m.attr ("ModelError") = modelError;
    static py::handle thrown = modelError.release();    // lives as long as the interpreter
    py::register_local_exception_translator (
        [] (std::exception_ptr p)
        {
            try
            {
                if (p)
                    std::rethrow_exception (p);
            }
            catch (const ModelError& e)
            {
                py::set_error (thrown, e.what());
            }
        });

    m.def ("init_runtime", &initRuntime, py::arg ("path") = "", py::call_guard<py::gil_scoped_release>(),
           "Opens the ONNX Runtime library once per process; lumiverb.host.runtime finds it.");
    m.def ("runtime_version", &runtimeVersion, py::call_guard<py::gil_scoped_release>());
    m.def ("available_providers", &availableProviders, py::call_guard<py::gil_scoped_release>());
    m.def ("module_folder", &moduleFolder);
    m.def ("load_model_package", &loadPackage, py::arg ("folder"), "Checks a package folder and returns its manifest as a dict.");
    m.def ("sha256_hex",
           [] (const py::bytes& data)
           {
               const auto view = static_cast<std::string_view> (data);
               return sha256Hex ({ reinterpret_cast<const std::uint8_t*> (view.data()), view.size() });
           });
    m.def ("prepare_picture", &preparePictureArray, py::arg ("rgb"), py::arg ("size"), py::arg ("crop_centre") = 0.5f,
           "uint8 (h, w, 3) -> float32 (3, size, size) in 0..1: the network input of one square crop.");
    m.def ("crop_centres", &cropCentres, py::arg ("width"), py::arg ("height"));

    py::class_<SceneEncoder, std::shared_ptr<SceneEncoder>> (m, "SceneEncoder", "Picture -> room, as JSON. Safe to share between threads.")
        .def (py::init (
                  [] (const std::string& folder, const std::string& provider)
                  {
                      const py::gil_scoped_release release;
                      return std::make_shared<SceneEncoder> (loadModelPackage (folder), provider);
                  }),
              py::arg ("folder"), py::arg ("provider") = "CPU")
        .def ("describe", &describe, py::arg ("rgb"))
        .def_property_readonly ("provider", &SceneEncoder::provider)
        .def_property_readonly ("warning", &SceneEncoder::warning);
    m.def ("shared_scene_encoder", &sharedSceneEncoder, py::arg ("folder"), py::call_guard<py::gil_scoped_release>(),
           "The process-wide encoder of a folder, freed with its last user.");

    m.attr ("HEARD_BANDS") = heardBands;
    m.attr ("HEARD_HOP_S") = heardHop_s;
    m.attr ("HEARD_WINDOW_S") = heardWindow_s;
    m.def ("heard_band_levels_db", &heardBandLevels, py::arg ("mono"), py::arg ("sample_rate"),
           "float32 (samples,) -> (frames, 32): what the blind-room network hears, one frame every 8 ms.");
    py::class_<BlindRoom, std::shared_ptr<BlindRoom>> (m, "BlindRoom", "Recording -> room, as JSON. Safe to share between threads.")
        .def (py::init (
                  [] (const std::string& folder, const std::string& provider)
                  {
                      const py::gil_scoped_release release;
                      return std::make_shared<BlindRoom> (loadModelPackage (folder), provider);
                  }),
              py::arg ("folder"), py::arg ("provider") = "CPU")
        .def ("describe", &hear, py::arg ("audio"), py::arg ("sample_rate"))
        .def_property_readonly ("provider", &BlindRoom::provider)
        .def_property_readonly ("warning", &BlindRoom::warning);
    m.def ("shared_blind_room", &sharedBlindRoom, py::arg ("folder"), py::call_guard<py::gil_scoped_release>(),
           "The process-wide network of a folder, freed with its last user.");
}

}  // namespace lumiverb::bindings
