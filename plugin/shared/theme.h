// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <array>
#include <juce_gui_basics/juce_gui_basics.h>

/// The look of Lumiverb: colours, type and the few shapes that every editor shares.
namespace lumiverb::plugin::theme {

inline const juce::Colour background { 0xff15181d }, panel { 0xff1c2027 }, raised { 0xff2a2f39 }, line { 0xff2b313b };
inline const juce::Colour text { 0xffe6e9ee }, dim { 0xff8b94a3 };
inline const juce::Colour accent { 0xfff2b35b };     ///< what the user is changing
inline const juce::Colour value { 0xff6fb7d9 };      ///< values
inline const juce::Colour good { 0xff7fd07f }, bad { 0xffe8806f };
/// Octave bands 125 Hz to 8 kHz, the same in editors, reports and documents.
inline const std::array<juce::Colour, 7> bands { juce::Colour (0xff7a5cff), juce::Colour (0xff5b7dff), juce::Colour (0xff4aa8e8),
                                                 juce::Colour (0xff4fc9b0), juce::Colour (0xff8fce5a), juce::Colour (0xffe8c14e),
                                                 juce::Colour (0xfff28b54) };
inline const std::array<const char*, 7> bandNames { "125", "250", "500", "1k", "2k", "4k", "8k" };

enum class Weight
{
    regular,
    medium,
    semibold
};
/// Inter with tabular figures.
juce::Font font (float height, Weight = Weight::regular);

/// Card with a hairline border.
void drawPanel (juce::Graphics&, juce::Rectangle<float>, float radius = 8.0f);
/// Ring that shows where the keyboard is.
void drawFocus (juce::Graphics&, juce::Rectangle<float>, float radius = 6.0f);
/// Text with a dark pill behind it, readable on any picture. Returns the pill's bounds.
juce::Rectangle<float> drawPill (juce::Graphics&, const juce::String&, juce::Point<float> left, const juce::String& dimText = {});
float textWidth (const juce::Font&, const juce::String&);

/// U+2212 for a minus, thin spaces in thousands: 1 050.
juce::String number (double, int decimals);
juce::String signedNumber (double, int decimals);
juce::String utf8 (const char*);

}  // namespace lumiverb::plugin::theme
