// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/dry/dry_backend.h"
#include "lumiverb/inference/model_package.h"
#include <memory>

namespace lumiverb {

/// What a package of task "dry" says of its grid and filter (docs/models.md). Throws ModelError naming the field that does not fit; needs no runtime.
DryShape dryShape (const ModelPackage&);

/// A dereverberation network and the states of one stream through it. Not real-time safe: worker threads only, one at a time per object.
/// Streams of the same session may run on several threads.
class DryNetwork : public DryBackend
{
public:
    /// provider as for SceneEncoder. Opens the runtime, checks the graph against the manifest, runs once to warm up. Throws ModelError.
    explicit DryNetwork (const ModelPackage&, const std::string& provider = "CPU");
    ~DryNetwork() override;

    const DryShape& shape() const noexcept override;
    void reset() override;
    /// Throws ModelError.
    void evaluate (std::span<const float> spectrum, std::span<const float> condition, DryFilter&) override;

    std::string provider() const;                    ///< the one in use
    std::string warning() const;                     ///< why it is not the one asked for, or empty

private:
    struct Model;
    struct Stream;
    explicit DryNetwork (std::shared_ptr<Model>);
    friend std::unique_ptr<DryNetwork> sharedDryNetwork (const std::string&);
    std::shared_ptr<Model> model_;
    std::unique_ptr<Stream> stream_;
};

/// A stream through the network of a package folder (UTF-8) on the CPU. The session is one for the whole process, loaded by the first who asks
/// (others wait), freed with the last stream. Call from a worker thread. Throws ModelError; the next call tries again.
std::unique_ptr<DryNetwork> sharedDryNetwork (const std::string& folder);

}  // namespace lumiverb
