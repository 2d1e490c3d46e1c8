// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/room/room_description.h"
#include "shared/flat_button.h"
#include <optional>

namespace lumiverb::plugin {

/// "The picture leaves room": a picture fixes a reverberation time only within its spread, so drier, as seen and livelier are all
/// true to it. Sets the Decay knob.
class StretchPanel : public juce::Component
{
public:
    StretchPanel();
    std::function<void (float decayScale)> onChoose;
    void show (const std::optional<RoomDescription>& described, const RoomEdits&);
    void paint (juce::Graphics&) override;
    void resized() override;

private:
    float scaleOf (int choice) const;

    std::optional<RoomDescription> described_;
    FlatButton drier_, asSeen_, livelier_;
    double step_log_ = 0;
};

}  // namespace lumiverb::plugin
