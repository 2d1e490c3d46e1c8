// SPDX-License-Identifier: AGPL-3.0-or-later
#include "match/room_summary.h"
#include "match/room_words.h"
#include "shared/theme.h"
#include <cmath>

namespace lumiverb::plugin {

RoomSummary::RoomSummary() { setTitle ("What the picture says"); }

void RoomSummary::show (const std::optional<RoomDescription>& described, const RoomEdits& edits, const juce::String& source)
{
    source_ = source;
    described_ = described;
    edits_ = edits;
    edited_ = described ? std::optional (applyEdits (*described, edits)) : std::nullopt;
    setDescription (edited_ ? roomTitle (*edited_) + ", " + roomCharacter (*edited_) + ", reverberation time "
                                  + secondsText (midRt60_s (*edited_))
                            : juce::String ("No room yet"));
    repaint();
}

void RoomSummary::paintNumber (juce::Graphics& g, float x, const juce::String& label, const juce::String& number,
                               const juce::String& spread, bool edited) const
{
    g.setFont (theme::font (10.5f));
    g.setColour (theme::dim);
    g.drawText (label, juce::Rectangle<float> (x, 4.0f, 110.0f, 14.0f), juce::Justification::centredLeft, false);
    const auto big = theme::font (14.0f, theme::Weight::semibold);
    g.setFont (big);
    g.setColour (edited ? theme::accent : theme::text);
    g.drawText (number, juce::Rectangle<float> (x, 20.0f, 110.0f, 20.0f), juce::Justification::centredLeft, false);
    g.setFont (theme::font (10.5f));
    g.setColour (theme::dim);
    g.drawText (spread, juce::Rectangle<float> (x + theme::textWidth (big, number) + 4.0f, 21.0f, 60.0f, 20.0f),
                juce::Justification::centredLeft, false);
}

void RoomSummary::paint (juce::Graphics& g)
{
    g.setColour (theme::text);
    g.setFont (theme::font (21.0f, theme::Weight::semibold));
    const auto words = juce::Rectangle<float> (0, 0, (float) getWidth() - 424.0f, 30.0f);
    g.drawText (edited_ ? roomTitle (*edited_) : juce::String ("No room yet"), words, juce::Justification::centredLeft, true);
    g.setFont (theme::font (11.5f));
    g.setColour (theme::dim);
    const auto second =
        ! edited_ ? juce::String ("audio passes through untouched") : roomCharacter (*edited_) + theme::utf8 (" \xc2\xb7 ") + source_;
    g.drawText (second, words.translated (0, 30.0f).withHeight (16.0f).withWidth (words.getWidth() + 10.0f),
                juce::Justification::centredLeft, true);

    const float left = (float) getWidth() - 412.0f;
    const auto dash = theme::utf8 ("\xe2\x80\x93"), plusMinus = theme::utf8 ("\xc2\xb1");
    if (! edited_)
    {
        const char* const labels[] = { "RT60 mid", "Volume", "C50", "DRR" };
        for (int i = 0; i < 4; ++i)
            paintNumber (g, left + 102.0f * (float) i, labels[i], dash, {}, false);
        return;
    }
    const auto differs = [] (float a, float b) { return std::abs (a - b) > 0.004f * std::abs (b) + 1e-4f; };
    const double spread_s = midSpread_s (*described_) * midRt60_s (*edited_) / midRt60_s (*described_);
    paintNumber (g, left, "RT60 mid", secondsText (midRt60_s (*edited_)),
                 spread_s > 0.004 ? plusMinus + theme::number (spread_s, spread_s < 0.0995 ? 2 : 1) : juce::String(),
                 differs (midRt60_s (*edited_), midRt60_s (*described_)));
    const float volumeSpread = 100.0f * described_->volume_spread_log;
    paintNumber (g, left + 98.0f, "Volume",
                 theme::number (edited_->volume_m3, edited_->volume_m3 < 9.95f ? 1 : 0) + theme::utf8 (" m\xc2\xb3"),
                 volumeSpread > 0.5f ? plusMinus + theme::number (volumeSpread, 0) + "%" : juce::String(),
                 differs (edited_->volume_m3, described_->volume_m3));
    const auto decibels = [&] (float x, const char* x_title, float at, float spread, bool edited)
    {
        paintNumber (g, left + at, x_title, theme::signedNumber (x, 1) + " dB",
                     spread > 0.05f ? plusMinus + theme::number (spread, 1) : juce::String(), edited);
    };
    decibels (edited_->clarity_c50_db, "C50", 206.0f, described_->clarity_spread_db,
              differs (edited_->clarity_c50_db, described_->clarity_c50_db));
    const auto mid = [] (const BandArray& bands) { return 0.5f * (bands[2] + bands[3]); };
    decibels (mid (edited_->drr_db), "DRR", 308.0f, mid (described_->drr_spread_db),
              differs (mid (edited_->drr_db), mid (described_->drr_db)));
}

juce::String RoomSummary::getTooltip()
{
    const float x = (float) getMouseXYRelative().x - ((float) getWidth() - 412.0f);
    if (x < 0)
        return "What the picture and the recording say of the room; amber numbers are changed by you";
    return x < 100   ? "Reverberation time, mean of 500 Hz and 1 kHz (ISO 3382-1), with one standard deviation"
           : x < 212 ? "Volume of air in the room, with one standard deviation"
           : x < 312 ? "Clarity: energy of the first 50 ms against the rest"
                     : "Direct sound against reverberation, mean of 500 Hz and 1 kHz, where the source stands";
}

}  // namespace lumiverb::plugin
