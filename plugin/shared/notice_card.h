// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "shared/flat_button.h"
#include "shared/notice.h"

namespace lumiverb::plugin {

/// A notice as a card: heading, sentence, what it means for the sound, and a cross. Hidden while there is none.
class NoticeCard : public juce::Component
{
public:
    NoticeCard();
    std::function<void()> onDismiss;
    void show (const juce::String& heading, const Notice&, const juce::String& consequence);
    void paint (juce::Graphics&) override;
    void resized() override;

private:
    FlatButton dismiss_;
    juce::String heading_, consequence_;
    Notice notice_;
};

}  // namespace lumiverb::plugin
