// SPDX-License-Identifier: AGPL-3.0-or-later
#include "shared/knob.h"
#include "shared/theme.h"

namespace lumiverb::plugin {

static constexpr float arcStart = 1.25f * juce::MathConstants<float>::pi, arcEnd = 2.75f * juce::MathConstants<float>::pi;
static constexpr float dragPixels = 180.0f;          // of mouse travel from end to end

Knob::Knob (juce::AudioProcessorEditor& editor, juce::RangedAudioParameter& parameter, const juce::String& tip, Style style)
    : editor_ (editor), parameter_ (parameter), style_ (style)
{
    setTitle (parameter.getName (64));
    setDescription (tip);
    setTooltip (tip + ".\nDouble-click resets, shift is fine, click the number to type.");
    setWantsKeyboardFocus (true);
    setMouseClickGrabsKeyboardFocus (false);
}

Knob::~Knob() = default;

juce::Rectangle<float> Knob::dial() const
{
    const float diameter = style_.large ? 62.0f : 52.0f;
    return juce::Rectangle<float> (diameter, diameter)
        .withCentre ({ (float) getWidth() * 0.5f, (float) getHeight() * (style_.large ? 0.525f : 0.505f) });
}

juce::Rectangle<int> Knob::valueArea() const { return getLocalBounds().removeFromBottom (19).reduced (4, 0); }

juce::String Knob::valueText() const
{
    const float x = parameter_.convertFrom0to1 (parameter_.getValue());
    return toText ? toText (x) : parameter_.getText (parameter_.getValue(), 32);
}

void Knob::poll()
{
    // A host that gives the window no keyboard must not leave an open field behind.
    if (field_ != nullptr && ! field_->hasKeyboardFocus (true) && ++unfocused_ > 45)
        closeTextField (false);
    const auto text = valueText();
    const float x = parameter_.getValue();
    if (! juce::exactlyEqual (x, shownValue_) || text != shownText_)
    {
        shownValue_ = x;
        shownText_ = text;
        repaint();
        if (auto* handler = getAccessibilityHandler())
            handler->notifyAccessibilityEvent (juce::AccessibilityEvent::valueChanged);
    }
}

void Knob::paint (juce::Graphics& g)
{
    const auto circle = dial();
    const float width = style_.large ? 5.0f : 4.5f, radius = circle.getWidth() * 0.5f - width * 0.5f;
    const auto centre = circle.getCentre();
    const auto angleOf = [&] (float x) { return arcStart + (style_.mirrored ? 1.0f - x : x) * (arcEnd - arcStart); };
    const float now = angleOf (parameter_.getValue());
    const float rest = angleOf (style_.bipolar ? parameter_.getDefaultValue() : 0.0f);
    const auto ink = style_.large || dragging_ ? theme::accent : theme::value;

    g.setFont (theme::font (11.0f));
    g.setColour (over_ || dragging_ ? theme::text : theme::dim);
    g.drawText (parameter_.getName (32), getLocalBounds().removeFromTop (style_.large ? 17 : 20).withTrimmedTop (style_.large ? 0 : 5),
                juce::Justification::centred, false);

    juce::Path track;
    track.addCentredArc (centre.x, centre.y, radius, radius, 0, arcStart, arcEnd, true);
    g.setColour (theme::raised);
    g.strokePath (track, juce::PathStrokeType (width, juce::PathStrokeType::curved, juce::PathStrokeType::rounded));
    if (std::abs (now - rest) > 0.01f)
    {
        juce::Path arc;
        arc.addCentredArc (centre.x, centre.y, radius, radius, 0, std::min (now, rest), std::max (now, rest), true);
        g.setColour (ink);
        g.strokePath (arc, juce::PathStrokeType (width, juce::PathStrokeType::curved, juce::PathStrokeType::rounded));
    }
    else if (style_.bipolar)
    {
        g.setColour (ink);
        g.fillEllipse (juce::Rectangle<float> (width, width).withCentre (centre.getPointOnCircumference (radius, rest)));
    }

    const auto cap = circle.reduced (width + 4.5f);
    g.setColour (over_ || dragging_ ? juce::Colour (0xff2c323d) : juce::Colour (0xff262b34));
    g.fillEllipse (cap);
    g.setColour (theme::text);
    const auto outer = centre.getPointOnCircumference (cap.getWidth() * 0.5f - 3.0f, now);
    const auto inner = centre.getPointOnCircumference (cap.getWidth() * 0.5f - 11.0f, now);
    g.drawLine ({ inner, outer }, 2.2f);

    if (field_ == nullptr)
    {
        g.setFont (theme::font (12.0f, theme::Weight::medium));
        g.setColour (dragging_ ? theme::accent : theme::text);
        g.drawText (valueText(), valueArea(), juce::Justification::centred, false);
    }
    if (hasKeyboardFocus (false))
        theme::drawFocus (g, getLocalBounds().toFloat().reduced (2.0f, 0.0f));
}

//==============================================================================
void Knob::turnTo (float x)
{
    x = juce::jlimit (0.0f, 1.0f, x);
    if (! juce::exactlyEqual (x, parameter_.getValue()))
        parameter_.setValueNotifyingHost (x);
    poll();
}

void Knob::setOnce (float x)
{
    parameter_.beginChangeGesture();
    turnTo (x);
    parameter_.endChangeGesture();
    if (onCommit)
        onCommit();
}

void Knob::mouseDown (const juce::MouseEvent& e)
{
    if (e.mods.isPopupMenu())
        return openMenu();
    if (valueArea().contains (e.getPosition()))
        return;
    dragging_ = true;
    lastDrag_ = e.position;
    dragValue_ = parameter_.getValue();
    parameter_.beginChangeGesture();
    repaint();
}

void Knob::mouseDrag (const juce::MouseEvent& e)
{
    if (! dragging_)
        return;
    const auto moved = e.position - lastDrag_;
    lastDrag_ = e.position;
    const float step = (moved.x - moved.y) / dragPixels * (e.mods.isShiftDown() ? 0.1f : 1.0f);
    dragValue_ = juce::jlimit (0.0f, 1.0f, dragValue_ + (style_.mirrored ? -step : step));
    turnTo (dragValue_);
}

void Knob::mouseUp (const juce::MouseEvent& e)
{
    if (std::exchange (dragging_, false))
    {
        parameter_.endChangeGesture();
        if (onCommit)
            onCommit();
        repaint();
    }
    else if (! e.mods.isPopupMenu() && ! e.mouseWasDraggedSinceMouseDown() && valueArea().contains (e.getPosition()))
        openTextField();
}

void Knob::mouseDoubleClick (const juce::MouseEvent& e)
{
    if (! valueArea().contains (e.getPosition()))
        setOnce (parameter_.getDefaultValue());
}

void Knob::mouseWheelMove (const juce::MouseEvent& e, const juce::MouseWheelDetails& wheel)
{
    // Some systems send one turn of the wheel twice with the same time stamp.
    const auto at = (juce::uint32) e.eventTime.toMilliseconds();
    if (e.mods.isAnyMouseButtonDown() || at == std::exchange (wheelAt_, at))
        return;
    const float turn =
        (std::abs (wheel.deltaX) > std::abs (wheel.deltaY) ? -wheel.deltaX : wheel.deltaY) * (wheel.isReversed ? -1.0f : 1.0f);
    const float step = turn * (e.mods.isShiftDown() ? 0.02f : 0.15f);
    setOnce (parameter_.getValue() + (style_.mirrored ? -step : step));
}

void Knob::mouseMove (const juce::MouseEvent& e)
{
    setMouseCursor (valueArea().contains (e.getPosition()) ? juce::MouseCursor::IBeamCursor : juce::MouseCursor::UpDownResizeCursor);
}
void Knob::mouseEnter (const juce::MouseEvent&)
{
    over_ = true;
    repaint();
}
void Knob::mouseExit (const juce::MouseEvent&)
{
    over_ = false;
    repaint();
}

bool Knob::keyPressed (const juce::KeyPress& key)
{
    const float step = (key.getModifiers().isShiftDown() ? 0.002f : 0.02f) * (style_.mirrored ? -1.0f : 1.0f);
    const int code = key.getKeyCode();
    if (code == juce::KeyPress::upKey || code == juce::KeyPress::rightKey)
        setOnce (parameter_.getValue() + step);
    else if (code == juce::KeyPress::downKey || code == juce::KeyPress::leftKey)
        setOnce (parameter_.getValue() - step);
    else if (code == juce::KeyPress::homeKey || code == juce::KeyPress::backspaceKey || code == juce::KeyPress::deleteKey)
        setOnce (parameter_.getDefaultValue());
    else if (code == juce::KeyPress::returnKey)
        openTextField();
    else
        return false;
    return true;
}

void Knob::openMenu()
{
    if (auto* host = editor_.getHostContext())
        if (auto menu = host->getContextMenuForParameter (&parameter_))
            return menu->showNativeMenu (editor_.getMouseXYRelative());
    juce::PopupMenu menu;
    menu.setLookAndFeel (&getLookAndFeel());
    menu.addItem ("Reset to default",
                  [safe = SafePointer (this)]
                  {
                      if (safe != nullptr)
                          safe->setOnce (safe->parameter_.getDefaultValue());
                  });
    menu.addItem (theme::utf8 ("Type a value\xe2\x80\xa6"),
                  [safe = SafePointer (this)]
                  {
                      if (safe != nullptr)
                          safe->openTextField();
                  });
    menu.showMenuAsync (juce::PopupMenu::Options().withTargetComponent (this).withMousePosition());
}

void Knob::openTextField()
{
    field_ = std::make_unique<juce::TextEditor>();
    field_->setFont (theme::font (12.0f, theme::Weight::medium));
    field_->setJustification (juce::Justification::centred);
    field_->setIndents (2, 2);
    field_->setBounds (valueArea().withSizeKeepingCentre (76, 19));
    unfocused_ = 0;
    field_->setText (valueText(), false);
    field_->setTitle ("Value of " + getTitle());
    addAndMakeVisible (*field_);
    field_->onReturnKey = [this] { closeTextField (true); };
    field_->onEscapeKey = [this] { closeTextField (false); };
    field_->onFocusLost = [this] { closeTextField (true); };
    field_->grabKeyboardFocus();
    field_->selectAll();
    repaint();
}

void Knob::closeTextField (bool take)
{
    if (field_ == nullptr)
        return;
    // Deleted later: it is still on the stack of its own callback.
    std::shared_ptr<juce::TextEditor> field (field_.release());
    field->onFocusLost = nullptr;
    const auto text = field->getText().trim();
    field->setVisible (false);
    juce::MessageManager::callAsync ([field] {});
    repaint();
    if (take && text != valueText())
        setFromText (text);
}

void Knob::setFromText (const juce::String& text)
{
    if (! text.containsAnyOf ("0123456789"))
        return;
    const auto typed = fromText ? fromText (text) : std::optional<float> (parameter_.convertFrom0to1 (parameter_.getValueForText (text)));
    if (typed)
        setOnce (parameter_.convertTo0to1 (*typed));
}

//==============================================================================
namespace {

class KnobValue : public juce::AccessibilityValueInterface
{
public:
    explicit KnobValue (Knob& knob) : knob_ (knob) {}
    bool isReadOnly() const override { return false; }
    double getCurrentValue() const override { return knob_.parameter().convertFrom0to1 (knob_.normalised()); }
    juce::String getCurrentValueAsString() const override { return knob_.valueText(); }
    void setValueAsString (const juce::String& text) override { knob_.setFromText (text); }
    void setValue (double value) override { knob_.setOnce (knob_.parameter().convertTo0to1 ((float) value)); }
    AccessibleValueRange getRange() const override
    {
        const auto range = knob_.parameter().getNormalisableRange();
        return { { range.start, range.end }, (range.end - range.start) / 100.0 };
    }

private:
    Knob& knob_;
};

}  // namespace

std::unique_ptr<juce::AccessibilityHandler> Knob::createAccessibilityHandler()
{
    return std::make_unique<juce::AccessibilityHandler> (*this, juce::AccessibilityRole::slider, juce::AccessibilityActions(),
                                                         juce::AccessibilityHandler::Interfaces { std::make_unique<KnobValue> (*this) });
}

}  // namespace lumiverb::plugin
