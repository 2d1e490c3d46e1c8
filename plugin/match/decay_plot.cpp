// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/decay_plot.h"
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

static constexpr double floor_db = -62.0;
static constexpr int midBand = 3;

DecayPlot::DecayPlot()
{
    setTitle ("Decay plot");
    setTooltip ("How the sound dies away in each octave; the shaded part is how sure the picture is of the 1 kHz octave");
}

void DecayPlot::show (const std::optional<RoomDescription>& described, const RoomEdits& edits)
{
    described_ = described;
    edits_ = edits;
    if (described)
    {
        edited_ = applyEdits (*described, edits);
        reflections_ = earlyReflections (*described, edits);
        double longest = 0;
        for (std::size_t b = 0; b < numBands; ++b)
            longest = std::max<double> (longest, edited_->rt60_s[b] * std::exp (b == midBand ? described->rt60_spread_log[b] : 0.0f));
        longest = 1.06 * longest + 0.001 * edits.predelay_ms;
        // Round lengths only, so that the axis does not swim while a knob turns.
        static constexpr double steps[] = { 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10 };
        step_s_ = 10;
        for (const double step : steps)
            if (longest / step <= 6.0)
            {
                step_s_ = step;
                break;
            }
        length_s_ = std::max (0.15, std::ceil (longest / step_s_ * 2.0) * 0.5 * step_s_);
    }
    else
    {
        edited_.reset();
        reflections_.clear();
        length_s_ = 2;
        step_s_ = 0.5;
    }
    setDescription (edited_ ? "Mid-frequency reverberation time " + secondsText (midRt60_s (*edited_)) : juce::String ("No room yet"));
    repaint();
}

void DecayPlot::highlight (int band)
{
    if (std::exchange (highlighted_, band) != band)
        repaint();
}

juce::Rectangle<float> DecayPlot::plotArea() const
{
    return getLocalBounds().toFloat().withTrimmedLeft (45.0f).withTrimmedRight (14.0f).withTrimmedTop (18.0f).withTrimmedBottom (26.0f);
}
float DecayPlot::xOf (double t) const { return plotArea().getX() + (float) (t / length_s_) * plotArea().getWidth(); }
float DecayPlot::yOf (double db) const { return plotArea().getY() + (float) (std::max (db, floor_db) / floor_db) * plotArea().getHeight(); }

/// Energy decay of one octave: all of it at 0, the reverberation alone once the direct sound (and the pre-delay) is over, then -60 dB per RT60.
juce::Path DecayPlot::decayLine (int band, double rt60Factor) const
{
    const auto b = (std::size_t) band;
    const double tone_db = band <= 1 ? edits_.low_db : band >= 5 ? edits_.high_db : 0.0;
    const double reverberation = std::pow (10.0, 0.1 * (tone_db - edited_->drr_db[b]));
    const double after_db = 10.0 * std::log10 (reverberation / (1.0 + reverberation));
    const double start_s = 0.001 * edits_.predelay_ms, rt60_s = std::max (0.02, edited_->rt60_s[b] * rt60Factor);
    juce::Path line;
    line.startNewSubPath (xOf (0), yOf (0));
    line.lineTo (xOf (0.003 * length_s_), yOf (after_db));
    line.lineTo (xOf (start_s + 0.003 * length_s_), yOf (after_db));
    line.lineTo (xOf (start_s + rt60_s * (after_db - floor_db) / 60.0), yOf (floor_db));
    return line;
}

void DecayPlot::paintGrid (juce::Graphics& g) const
{
    const auto area = plotArea();
    g.setFont (theme::font (10.5f));
    for (int db = 0; db >= -60; db -= 10)
    {
        const float y = yOf (db);
        g.setColour (theme::line.withAlpha (0.75f));
        g.drawHorizontalLine (juce::roundToInt (y), area.getX(), area.getRight());
        g.setColour (theme::dim);
        if (db > -60)
            g.drawText (db == 0 ? juce::String ("0 dB") : theme::number (db, 0),
                        juce::Rectangle<float> (0, y - 8.0f, area.getX() - 7.0f, 16.0f), juce::Justification::centredRight, false);
    }
    for (double t = 0; t <= length_s_ + 1e-6; t += step_s_)
    {
        const float x = xOf (t);
        g.setColour (theme::line);
        g.drawVerticalLine (juce::roundToInt (x), area.getBottom(), area.getBottom() + 4.0f);
        g.setColour (theme::dim);
        const bool milliseconds = step_s_ < 0.5;
        const auto words = t < 1e-9       ? juce::String ("0")
                           : milliseconds ? theme::number (1000 * t, 0) + " ms"
                                          : theme::number (t, step_s_ < 1 ? 1 : 0) + " s";
        const float half = 30.0f, shift = juce::jmax (0.0f, x + half - ((float) getWidth() - 4.0f));
        g.drawText (words, juce::Rectangle<float> (x - half - (shift > 0 ? 14.0f : 0.0f), area.getBottom() + 6.0f, 2 * half, 14.0f),
                    juce::Justification::centred, false);
    }
}

void DecayPlot::paint (juce::Graphics& g)
{
    theme::drawPanel (g, getLocalBounds().toFloat());
    paintGrid (g);
    const auto area = plotArea();
    g.setColour (theme::dim);
    g.setFont (theme::font (10.5f));
    if (! edited_)
    {
        g.setFont (theme::font (12.0f));
        g.drawText ("The decay of the room appears here", area, juce::Justification::centred, false);
        return;
    }
    g.drawText (theme::utf8 ("decay per octave \xc2\xb7 early reflections"), area.withHeight (18.0f).translated (-4.0f, -12.0f),
                juce::Justification::centredRight, false);

    const juce::Graphics::ScopedSaveState saved (g);
    g.reduceClipRegion (area.expanded (1.0f, 2.0f).toNearestInt());

    const double spread = described_->rt60_spread_log[midBand];
    if (spread > 1e-3)
    {
        auto wedge = decayLine (midBand, std::exp (spread));
        const auto shorter = decayLine (midBand, std::exp (-spread));
        juce::Array<juce::Point<float>> back;
        for (juce::Path::Iterator i (shorter); i.next();)
            back.insert (0, { i.x1, i.y1 });
        for (const auto point : back)
            wedge.lineTo (point);
        wedge.closeSubPath();
        g.setColour (theme::bands[midBand].withAlpha (0.13f));
        g.fillPath (wedge);
    }

    // Reflections: time is stretched only by the axis, level is relative to the direct sound.
    for (const auto& reflection : reflections_)
    {
        const float x = xOf (reflection.time_s), top = yOf (reflection.level_db);
        if (reflection.level_db > floor_db && x < area.getRight())
        {
            g.setColour (theme::value.withAlpha (0.75f));
            g.fillRect (x - 0.6f, top, 1.2f, area.getBottom() - top);
        }
    }
    g.setColour (theme::text);
    g.fillRect (xOf (0) - 0.8f, area.getY(), 1.6f, area.getHeight());

    for (int pass = 0; pass < 2; ++pass)
        for (int band = 0; band < numBands; ++band)
        {
            const bool heavy = band == (highlighted_ >= 0 ? highlighted_ : midBand);
            if (heavy != (pass == 1))
                continue;
            g.setColour (theme::bands[(std::size_t) band].withAlpha (heavy ? 1.0f : highlighted_ >= 0 ? 0.35f : 0.85f));
            g.strokePath (decayLine (band, 1.0), juce::PathStrokeType (heavy ? 2.8f : 1.5f, juce::PathStrokeType::mitered));
        }
}

}  // namespace lumiverb::plugin
