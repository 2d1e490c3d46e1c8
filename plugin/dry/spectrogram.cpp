// SPDX-License-Identifier: AGPL-3.0-or-later
#include "dry/spectrogram.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

static const juce::Colour silence { 0xff14171c };
static constexpr float corner = 8.0f;

Spectrogram::Spectrogram (const juce::String& name, juce::Colour colour) : name_ (name), colour_ (colour)
{
    setTitle ("Spectrogram of the " + name);
    for (std::size_t i = 0; i < palette_.size(); ++i)
    {
        // Dark to the colour, and a little beyond it towards white for the loudest.
        const float x = (float) i / 255.0f;
        const auto c = silence.interpolatedWith (colour, std::min (1.0f, std::pow (x, 1.3f) / 0.75f))
                           .interpolatedWith (juce::Colours::white, std::max (0.0f, x - 0.75f));
        palette_[i] = c.getPixelARGB();
    }
    image_.clear (image_.getBounds(), silence);
}

void Spectrogram::add (const std::array<float, DryView::rows>& power)
{
    static constexpr float quietest_db = -94.0f, loudest_db = -32.0f;
    juce::Image::BitmapData pixels (image_, next_, 0, 1, DryView::rows, juce::Image::BitmapData::writeOnly);
    for (int row = 0; row < DryView::rows; ++row)
    {
        const float level_db = 10.0f * std::log10 (power[(std::size_t) row] + 1.0e-12f);
        const float x = juce::jlimit (0.0f, 1.0f, (level_db - quietest_db) / (loudest_db - quietest_db));
        pixels.setPixelColour (0, DryView::rows - 1 - row, juce::Colour (palette_[(std::size_t) (255.0f * x)]));
    }
    next_ = (next_ + 1) % columns;
    changed_ = true;
}

void Spectrogram::flush()
{
    if (std::exchange (changed_, false))
        repaint();
}

void Spectrogram::setNote (const juce::String& note, bool listening)
{
    if (note == note_ && listening == listening_)
        return;
    note_ = note;
    listening_ = listening;
    repaint();
}

void Spectrogram::mouseUp (const juce::MouseEvent& event)
{
    if (onClick && event.mouseWasClicked() && contains (event.getPosition()))
        onClick();
}

bool Spectrogram::keyPressed (const juce::KeyPress& key)
{
    if (! onClick || (key != juce::KeyPress::returnKey && key != juce::KeyPress::spaceKey))
        return false;
    onClick();
    return true;
}

void Spectrogram::paint (juce::Graphics& g)
{
    const auto area = getLocalBounds().toFloat();
    {
        const juce::Graphics::ScopedSaveState saved (g);
        juce::Path shape;
        shape.addRoundedRectangle (area, corner);
        g.reduceClipRegion (shape);
        g.fillAll (silence);
        g.setImageResamplingQuality (juce::Graphics::mediumResamplingQuality);
        // The ring of columns, oldest first.
        const auto inner = area.reduced (2.0f);
        const float width = inner.getWidth() / columns;
        const auto draw = [&] (int first, int count, float left)
        {
            if (count > 0)
                g.drawImage (image_.getClippedImage ({ first, 0, count, DryView::rows }),
                             { left, inner.getY(), width * (float) count, inner.getHeight() }, juce::RectanglePlacement::stretchToFit);
        };
        draw (next_, columns - next_, inner.getX());
        draw (0, next_, inner.getX() + width * (float) (columns - next_));
    }
    const bool warm = listening_ || (onClick && isMouseOver());
    g.setColour (warm ? colour_ : theme::line);
    g.drawRoundedRectangle (area.reduced (0.5f), corner, listening_ ? 2.0f : 1.0f);
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, area, corner);

    g.setFont (theme::font (10.5f));
    for (const auto& [frequency_hz, text] : { std::pair { 1000.0, "1k" }, { 4000.0, "4k" }, { 8000.0, "8k" } })
    {
        float row = 0;
        while (viewFrequency_hz ((double) row) < frequency_hz)
            row += 0.5f;
        const float y = area.getBottom() - area.getHeight() * row / DryView::rows;
        const juce::Rectangle<float> label (area.getRight() - 30.0f, y - 8.0f, 24.0f, 16.0f);
        g.setColour (theme::background.withAlpha (0.72f));
        g.fillRoundedRectangle (label, 4.0f);
        g.setColour (theme::dim.brighter (0.2f));
        g.drawText (text, label, juce::Justification::centred, false);
    }

    const auto bold = theme::font (11.5f, theme::Weight::semibold);
    const auto words = note_.isEmpty() ? name_ : name_ + theme::utf8 (" \xc2\xb7 ") + note_;
    const juce::Rectangle<float> pill (10.0f, 10.0f, theme::textWidth (bold, words) + 18.0f, 22.0f);
    g.setColour (theme::background.withAlpha (0.8f));
    g.fillRoundedRectangle (pill, 5.0f);
    g.setColour (colour_);
    g.setFont (bold);
    g.drawText (words, pill, juce::Justification::centred, false);
}

}  // namespace lumiverb::plugin
