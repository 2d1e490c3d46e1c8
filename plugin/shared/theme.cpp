// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/theme.h"
#include "shared/look_and_feel.h"

namespace lumiverb::plugin::theme {

juce::Font font (float height, Weight weight)
{
    const juce::SharedResourcePointer<Typefaces> typefaces;
    const auto& face = weight == Weight::semibold ? typefaces->semibold : weight == Weight::medium ? typefaces->medium : typefaces->regular;
    // Point height: what type designers and the design drawings mean by a size.
    return juce::Font (juce::FontOptions (face).withPointHeight (height));
}

void drawPanel (juce::Graphics& g, juce::Rectangle<float> area, float radius)
{
    g.setColour (panel);
    g.fillRoundedRectangle (area, radius);
    g.setColour (line);
    g.drawRoundedRectangle (area.reduced (0.5f), radius, 1.0f);
}

void drawFocus (juce::Graphics& g, juce::Rectangle<float> area, float radius)
{
    g.setColour (value.withAlpha (0.9f));
    g.drawRoundedRectangle (area.reduced (1.0f), radius, 1.5f);
}

float textWidth (const juce::Font& f, const juce::String& s) { return juce::GlyphArrangement::getStringWidth (f, s); }

juce::Rectangle<float> drawPill (juce::Graphics& g, const juce::String& words, juce::Point<float> left, const juce::String& dimText)
{
    const auto f = font (11.0f);
    const float first = textWidth (f, words), second = dimText.isEmpty() ? 0.0f : textWidth (f, dimText) + 10.0f;
    const juce::Rectangle<float> area (left.x, left.y - 12.0f, first + second + 18.0f, 24.0f);
    g.setColour (background.withAlpha (0.82f));
    g.fillRoundedRectangle (area, 5.0f);
    g.setFont (f);
    g.setColour (text);
    g.drawText (words, area.withTrimmedLeft (9.0f), juce::Justification::centredLeft, false);
    if (dimText.isNotEmpty())
    {
        g.setColour (juce::Colour (0xffb4bbc7));
        g.drawText (dimText, area.withTrimmedRight (9.0f), juce::Justification::centredRight, false);
    }
    return area;
}

juce::String utf8 (const char* s) { return juce::String::fromUTF8 (s); }

juce::String number (double x, int decimals)
{
    const double scale = std::pow (10.0, decimals);
    const double rounded = std::round (std::abs (x) * scale) / scale;
    auto s = decimals > 0 ? juce::String (rounded, decimals) : juce::String ((juce::int64) rounded);
    const int whole = s.indexOfChar ('.') < 0 ? s.length() : s.indexOfChar ('.');
    if (whole > 3)
        for (int i = whole - 3; i > 0; i -= 3)
            s = s.substring (0, i) + utf8 ("\xc2\xa0") + s.substring (i);
    return x < 0 && rounded > 0 ? utf8 ("\xe2\x88\x92") + s : s;
}

juce::String signedNumber (double x, int decimals)
{
    const auto s = number (x, decimals);
    return x > 0 && s != number (0, decimals) ? "+" + s : s;
}

}  // namespace lumiverb::plugin::theme
