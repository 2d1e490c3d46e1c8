// SPDX-License-Identifier: AGPL-3.0-or-later
#include "lumiverb/inference/runtime.h"
#include "ort.h"
#include "paths.h"
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <optional>

#if defined(_WIN32)
    #define NOMINMAX
    #include <windows.h>
#else
    #include <dlfcn.h>
#endif

namespace lumiverb {
namespace {

namespace fs = std::filesystem;

#if defined(_WIN32)
constexpr const char* privateName = "lumiverb_onnxruntime.dll";
constexpr const char* systemName = "onnxruntime.dll";
#elif defined(__APPLE__)
constexpr const char* privateName = "liblumiverb_onnxruntime.dylib";
constexpr const char* systemName = "libonnxruntime.dylib";
#else
constexpr const char* privateName = "liblumiverb_onnxruntime.so";
constexpr const char* systemName = "libonnxruntime.so.1";
#endif

using GetApiBase = const OrtApiBase*(ORT_API_CALL*) ();

#if defined(_WIN32)
std::string lastError() { return "Windows error " + std::to_string (GetLastError()); }

void* openLibrary (const fs::path& path)
{
    return LoadLibraryExW (path.c_str(), nullptr, path.is_absolute() ? LOAD_WITH_ALTERED_SEARCH_PATH : 0);
}

GetApiBase findApiBase (void* library)
{
    return reinterpret_cast<GetApiBase> (reinterpret_cast<void*> (GetProcAddress (static_cast<HMODULE> (library), "OrtGetApiBase")));
}

void closeLibrary (void* library) { FreeLibrary (static_cast<HMODULE> (library)); }

// Newer runtimes report usage unless told not to; an audio plug-in must not. A value set by the user stays.
void disableTelemetry()
{
    if (GetEnvironmentVariableW (L"ORT_DISABLE_TELEMETRY", nullptr, 0) == 0)
        _putenv_s ("ORT_DISABLE_TELEMETRY", "1");
}
#else
std::string lastError()
{
    const char* text = dlerror();
    return text != nullptr ? text : "unknown reason";
}

void* openLibrary (const fs::path& path) { return dlopen (path.c_str(), RTLD_NOW | RTLD_LOCAL); }

GetApiBase findApiBase (void* library) { return reinterpret_cast<GetApiBase> (dlsym (library, "OrtGetApiBase")); }

void closeLibrary (void* library) { dlclose (library); }

// Newer runtimes report usage unless told not to; an audio plug-in must not. A value set by the user stays.
void disableTelemetry() { setenv ("ORT_DISABLE_TELEMETRY", "1", 0); }
#endif

struct Runtime
{
    std::mutex mutex;                      // guards what follows until ready
    std::optional<std::string> error;      // of the first attempt
    std::atomic<bool> ready { false };
    Ort::Env* env = nullptr;               // never freed, see ort.h
    std::string version;
};

Runtime& runtime()
{
    static Runtime instance;
    return instance;
}

/// The library to open: an absolute path, or a bare name for the system's search.
fs::path chooseLibrary (const std::string& asked)
{
    const char* variable = std::getenv ("LUMIVERB_ORT_LIBRARY");
    const std::string given = ! asked.empty() ? asked : variable != nullptr ? variable : "";

    std::error_code ignored;
    if (! given.empty())
    {
        const auto path = fs::absolute (pathFromUtf8 (given), ignored);
        if (! fs::exists (path, ignored))
            throw ModelError ("The ONNX Runtime library " + given + " does not exist.");
        if (fs::is_directory (path, ignored))
            throw ModelError ("The ONNX Runtime library " + given + " is a folder, not a library.");
        return path;
    }

    const auto folder = pathFromUtf8 (moduleFolder());
    for (const char* name : { privateName, systemName })
        if (fs::exists (folder / name, ignored))
            return folder / name;
    return systemName;
}

const OrtApi* openApi (const fs::path& path, std::string& version)
{
    const auto name = toUtf8 (path);
    disableTelemetry();
    void* library = openLibrary (path);
    if (library == nullptr)
    {
        const auto reason = lastError();
        if (path.is_absolute())
            throw ModelError ("The ONNX Runtime library " + name + " cannot be opened: " + reason + ".");
        throw ModelError ("ONNX Runtime was not found: there is no " + std::string (privateName) + " in " + moduleFolder() + " and no "
                          + name + " in the system (" + reason + "); LUMIVERB_ORT_LIBRARY can name the library.");
    }

    const auto getApiBase = findApiBase (library);
    const OrtApiBase* base = getApiBase != nullptr ? getApiBase() : nullptr;
    if (base == nullptr)
    {
        closeLibrary (library);
        throw ModelError (name + " is not an ONNX Runtime library: it has no OrtGetApiBase.");
    }

    const char* text = base->GetVersionString != nullptr ? base->GetVersionString() : nullptr;
    version = text != nullptr ? text : "of unknown version";
    const OrtApi* api = base->GetApi (ORT_API_VERSION);
    if (api == nullptr)
        throw ModelError ("ONNX Runtime " + version + " in " + name + " is too old: Lumiverb needs 1." + std::to_string (ORT_API_VERSION)
                          + " or newer.");
    return api;
}

void open (Runtime& r, const std::string& asked)
{
    const auto path = chooseLibrary (asked);
    Ort::InitApi (openApi (path, r.version));
    try
    {
        // Faults come back as exceptions, so nothing below "fatal" is printed into the host's terminal.
        r.env = new Ort::Env (ORT_LOGGING_LEVEL_FATAL, "lumiverb");
        r.env->DisableTelemetryEvents();
    }
    catch (const Ort::Exception& e)
    {
        throw ModelError ("ONNX Runtime " + r.version + " in " + toUtf8 (path) + " does not start: " + e.what() + ".");
    }
}

std::string shortProviderName (std::string name)
{
    const std::string suffix = "ExecutionProvider";
    if (name.ends_with (suffix))
        name.resize (name.size() - suffix.size());
    return name == "Dml" ? "DirectML" : name;
}

}  // namespace

void initRuntime (const std::string& libraryPath)
{
    auto& r = runtime();
    if (r.ready.load (std::memory_order_acquire))
        return;

    const std::lock_guard lock (r.mutex);
    if (r.ready.load (std::memory_order_relaxed))
        return;
    if (r.error)
        throw ModelError (*r.error);
    try
    {
        open (r, libraryPath);
        r.ready.store (true, std::memory_order_release);
    }
    catch (const std::exception& e)
    {
        r.error = e.what();
        throw ModelError (*r.error);
    }
}

std::string runtimeVersion()
{
    initRuntime();
    return runtime().version;
}

std::vector<std::string> availableProviders()
{
    initRuntime();
    std::vector<std::string> names;
    for (const auto& name : Ort::GetAvailableProviders())
        names.push_back (shortProviderName (name));
    return names;
}

Ort::Env& ortEnvironment()
{
    initRuntime();
    return *runtime().env;
}

std::string moduleFolder()
{
    std::error_code ignored;
#if defined(_WIN32)
    HMODULE module = nullptr;
    GetModuleHandleExW (GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                        reinterpret_cast<LPCWSTR> (&moduleFolder), &module);
    std::wstring name (32768, L'\0');
    name.resize (GetModuleFileNameW (module, name.data(), static_cast<DWORD> (name.size())));
    const fs::path file (name);
#else
    Dl_info info {};
    if (dladdr (reinterpret_cast<void*> (&moduleFolder), &info) == 0 || info.dli_fname == nullptr)
        return ".";
    fs::path file (info.dli_fname);
    #if defined(__linux__)
    // A program's own name is argv[0], which need not be a path.
    if (file.is_relative() && ! fs::exists (file, ignored))
        file = fs::read_symlink ("/proc/self/exe", ignored);
    #endif
#endif
    const auto resolved = fs::weakly_canonical (file, ignored);
    return toUtf8 ((ignored ? file : resolved).parent_path());
}

}  // namespace lumiverb
