// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/rt60_bars.h"
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

static constexpr float barWidth = 34.0f, sourceWidth = 5.0f, baseline = 27.0f, headroom = 18.0f;

Rt60Bars::Rt60Bars()
{
    setTitle ("Reverberation time per octave");
    setTooltip ("Drag a bar to change that octave, double-click to give it back to the picture.\nThe whisker is one standard deviation.");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

void Rt60Bars::show (const std::optional<RoomDescription>& described, const RoomEdits& edits, const std::optional<RoomDescription>& seen,
                     const std::optional<RoomDescription>& heard)
{
    const bool both = seen && heard;
    seen_ = both ? std::optional (applyEdits (*seen, edits)) : std::nullopt;
    heard_ = both ? std::optional (applyEdits (*heard, edits)) : std::nullopt;
    described_ = described;
    edits_ = edits;
    edited_ = described ? std::optional (applyEdits (*described, edits)) : std::nullopt;
    rescale();
}

/// Not while a bar is dragged: it would run away from the mouse.
void Rt60Bars::rescale()
{
    if (edited_ && dragged_ < 0)
    {
        top_s_ = 0;
        for (std::size_t b = 0; b < numBands; ++b)
        {
            top_s_ = std::max<double> (top_s_, edited_->rt60_s[b] * std::exp (described_->rt60_spread_log[b]));
            if (seen_)
                top_s_ = std::max<double> ({ top_s_, seen_->rt60_s[b], heard_->rt60_s[b] });
        }
    }
    repaint();
}

juce::Rectangle<float> Rt60Bars::column (int band) const
{
    const float left = 28.0f, width = ((float) getWidth() - left - 8.0f) / numBands;
    return { left + width * (float) band, 0, width, (float) getHeight() };
}

float Rt60Bars::heightOf (double seconds) const
{
    return (float) (std::min (1.12, seconds / top_s_) * ((float) getHeight() - baseline - headroom));
}

int Rt60Bars::bandAt (juce::Point<float> p) const
{
    for (int b = 0; b < numBands; ++b)
        if (column (b).contains (p))
            return b;
    return -1;
}

/// What the picture and the recording say by themselves: hollow and filled, at the left of the bar.
void Rt60Bars::paintSources (juce::Graphics& g, int band, float x) const
{
    const float bottom = (float) getHeight() - baseline;
    const auto bar = [&] (const RoomDescription& room, float left)
    {
        const float height = std::max (2.0f, heightOf (room.rt60_s[(std::size_t) band]));
        return juce::Rectangle<float> (left, bottom - height, sourceWidth, height);
    };
    g.setColour (theme::dim.brighter (0.2f));
    g.drawRect (bar (*seen_, x - 2.0f * sourceWidth - 5.0f), 1.0f);
    g.fillRect (bar (*heard_, x - sourceWidth - 3.0f));
}

void Rt60Bars::paintLegend (juce::Graphics& g) const
{
    g.setFont (theme::font (10.5f));
    float x = (float) getWidth() - 132.0f;
    for (const auto* words : { "seen", "heard", "both" })
    {
        const bool first = words[0] == 's', last = words[0] == 'b';
        const juce::Rectangle<float> mark (x, 9.0f, last ? 10.0f : sourceWidth, 9.0f);
        g.setColour (last ? theme::bands[3] : theme::dim.brighter (0.2f));
        if (first)
            g.drawRect (mark, 1.0f);
        else
            g.fillRect (mark);
        g.setColour (theme::dim);
        g.drawText (words, juce::Rectangle<float> (mark.getRight() + 4.0f, 7.0f, 40.0f, 14.0f), juce::Justification::centredLeft, false);
        x = mark.getRight() + 4.0f + theme::textWidth (theme::font (10.5f), words) + 9.0f;
    }
}

void Rt60Bars::paint (juce::Graphics& g)
{
    theme::drawPanel (g, getLocalBounds().toFloat());
    g.setFont (theme::font (10.5f));
    g.setColour (theme::dim);
    g.drawText ("RT60 s", juce::Rectangle<float> (12.0f, 7.0f, 60.0f, 14.0f), juce::Justification::centredLeft, false);
    const float bottom = (float) getHeight() - baseline;
    if (seen_)
        paintLegend (g);
    for (int b = 0; b < numBands; ++b)
    {
        const auto i = (std::size_t) b;
        const auto cell = column (b);
        const bool active = edited_ && (b == hovered_ || b == dragged_);
        const float x = cell.getX() + 18.0f;
        g.setColour (active ? theme::text : theme::dim);
        g.setFont (theme::font (10.5f));
        g.drawText (theme::bandNames[i], juce::Rectangle<float> (x - 20.0f, bottom + 5.0f, barWidth + 40.0f, 16.0f),
                    juce::Justification::centred, false);
        if (! edited_)
        {
            g.setColour (theme::raised.withAlpha (0.6f));
            g.fillRoundedRectangle (x, bottom - 20.0f, barWidth, 20.0f, 3.0f);
            continue;
        }
        const double rt60 = edited_->rt60_s[i], spread = described_->rt60_spread_log[i];
        const float height = std::max (2.0f, heightOf (rt60));
        const auto colour = theme::bands[i];
        g.setColour (active ? colour : colour.withMultipliedSaturation (0.92f).withMultipliedBrightness (0.9f));
        g.fillRoundedRectangle (x, bottom - height, barWidth, height, 3.0f);
        if (seen_)
            paintSources (g, b, x);
        const bool changed = std::abs (edits_.rt60_band_scale[i] - 1.0f) > 1e-4f;
        if (changed)
        {
            // Where the picture had it.
            const float was = bottom - heightOf (rt60 / edits_.rt60_band_scale[i]);
            g.setColour (theme::accent);
            g.fillRect (x - 4.0f, was - 0.75f, barWidth + 8.0f, 1.5f);
        }
        if (spread > 1e-3)
        {
            const float centre = x + barWidth * 0.5f, low = bottom - heightOf (rt60 * std::exp (-spread)),
                        high = bottom - heightOf (rt60 * std::exp (spread));
            g.setColour (theme::text.withAlpha (0.9f));
            g.fillRect (centre - 0.6f, high, 1.2f, low - high);
            g.fillRect (centre - 5.0f, high - 0.6f, 10.0f, 1.2f);
            g.fillRect (centre - 5.0f, low - 0.6f, 10.0f, 1.2f);
        }
        g.setColour (changed || b == dragged_ ? theme::accent : theme::text);
        g.setFont (theme::font (11.5f, theme::Weight::medium));
        g.drawText (theme::number (rt60, rt60 < 0.995 ? 2 : 1),
                    juce::Rectangle<float> (x + barWidth + 5.0f, bottom - height - 7.0f, 40.0f, 15.0f), juce::Justification::centredLeft,
                    false);
    }
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, column (focused_).reduced (1.0f, 4.0f));
}

//==============================================================================
void Rt60Bars::hover (int band)
{
    if (std::exchange (hovered_, band) != band)
    {
        repaint();
        if (onHover)
            onHover (edited_ ? band : -1);
    }
}

void Rt60Bars::setScale (int band, float scale)
{
    auto scales = edits_.rt60_band_scale;
    scales[(std::size_t) band] = juce::jlimit (0.25f, 4.0f, scale);
    if (onScales)
        onScales (scales);
}

void Rt60Bars::mouseMove (const juce::MouseEvent& e)
{
    hover (bandAt (e.position));
    setMouseCursor (edited_ && hovered_ >= 0 ? juce::MouseCursor::UpDownResizeCursor : juce::MouseCursor::NormalCursor);
}
void Rt60Bars::mouseExit (const juce::MouseEvent&) { hover (-1); }

void Rt60Bars::mouseDown (const juce::MouseEvent& e)
{
    dragged_ = edited_ && ! e.mods.isPopupMenu() ? bandAt (e.position) : -1;
    if (dragged_ < 0)
        return;
    focused_ = dragged_;
    dragScale_ = edits_.rt60_band_scale[(std::size_t) dragged_];
    lastY_ = e.position.y;
}

void Rt60Bars::mouseDrag (const juce::MouseEvent& e)
{
    if (dragged_ < 0)
        return;
    // The bar's top follows the mouse; shift is fine.
    const float travel = lastY_ - e.position.y;
    lastY_ = e.position.y;
    const auto i = (std::size_t) dragged_;
    const double perPixel = top_s_ / ((float) getHeight() - baseline - headroom);
    const double base = std::max (0.01, (double) edited_->rt60_s[i] / edits_.rt60_band_scale[i]);
    dragScale_ = juce::jlimit (0.25f, 4.0f, dragScale_ + (float) (travel * perPixel / base) * (e.mods.isShiftDown() ? 0.1f : 1.0f));
    setScale (dragged_, dragScale_);
}

void Rt60Bars::mouseUp (const juce::MouseEvent& e)
{
    if (std::exchange (dragged_, -1) >= 0)
    {
        if (onCommit && e.mouseWasDraggedSinceMouseDown())
            onCommit();
        rescale();
    }
}

void Rt60Bars::mouseDoubleClick (const juce::MouseEvent& e)
{
    const int band = bandAt (e.position);
    dragged_ = -1;
    if (edited_ && band >= 0)
    {
        setScale (band, 1.0f);
        if (onCommit)
            onCommit();
    }
}

void Rt60Bars::mouseWheelMove (const juce::MouseEvent& e, const juce::MouseWheelDetails& wheel)
{
    const int band = bandAt (e.position);
    if (! edited_ || band < 0)
        return;
    setScale (band, edits_.rt60_band_scale[(std::size_t) band] * std::exp (wheel.deltaY * (e.mods.isShiftDown() ? 0.03f : 0.25f)));
    if (onCommit)
        onCommit();
}

bool Rt60Bars::keyPressed (const juce::KeyPress& key)
{
    if (! edited_)
        return false;
    const int code = key.getKeyCode();
    const float now = edits_.rt60_band_scale[(std::size_t) focused_], step = key.getModifiers().isShiftDown() ? 1.005f : 1.04f;
    if (code == juce::KeyPress::leftKey)
        focused_ = (focused_ + numBands - 1) % numBands;
    else if (code == juce::KeyPress::rightKey)
        focused_ = (focused_ + 1) % numBands;
    else if (code == juce::KeyPress::upKey || code == juce::KeyPress::downKey || code == juce::KeyPress::homeKey)
    {
        setScale (focused_, code == juce::KeyPress::upKey ? now * step : code == juce::KeyPress::downKey ? now / step : 1.0f);
        if (onCommit)
            onCommit();
    }
    else
        return false;
    repaint();
    return true;
}

void Rt60Bars::focusGained (FocusChangeType) { repaint(); }
void Rt60Bars::focusLost (FocusChangeType) { repaint(); }

}  // namespace lumiverb::plugin
