// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <juce_gui_basics/juce_gui_basics.h>

namespace lumiverb::plugin {

/// Button with words or an icon (stroked path in a 16 x 16 box), bordered or bare. The accent border means "chosen".
class FlatButton : public juce::Button
{
public:
    enum class Frame
    {
        box,
        bare
    };

    /// `words` is shown, unless there is an icon; `title` is what screen readers say.
    FlatButton (const juce::String& words, const juce::String& title, const juce::String& tip, Frame = Frame::box);
    void setIcon (juce::Path);
    void setSecondLine (const juce::String&);
    void setWords (const juce::String&);
    /// Words at the left, a small arrow at the right.
    void setMenuStyle (bool);
    void setChosen (bool);
    bool isChosen() const { return chosen_; }

private:
    void paintButton (juce::Graphics&, bool over, bool down) override;

    juce::String words_, second_;
    juce::Path icon_;
    Frame frame_;
    bool chosen_ = false, menu_ = false;
};

namespace icons {
juce::Path previous(), next(), undo(), redo(), plus(), cross(), picture(), copyAcross();
} // namespace icons

}  // namespace lumiverb::plugin
