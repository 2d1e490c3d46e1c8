// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include "shared/flat_button.h"
#include <optional>

namespace lumiverb::plugin {

/// "The picture leaves room": an estimate fixes a reverberation time only within its spread, so drier, as seen and livelier are all
/// true to it. The knobs are offsets on the chosen one.
class CandidatePanel : public juce::Component
{
public:
    CandidatePanel();
    std::function<void (int candidate)> onChoose;    ///< 0 drier, 1 as seen, 2 livelier
    /// `heard`: a recording has a part in the estimate.
    void show (const std::optional<RoomDescription>& described, const RoomEdits&, bool heard);
    void paint (juce::Graphics&) override;
    void resized() override;

private:
    enum class Words
    {
        seen,
        heard,
        known
    } words_ = Words::seen;
    std::array<FlatButton, 3> buttons_;
};

}  // namespace lumiverb::plugin
