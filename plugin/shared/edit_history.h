// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include <cstddef>
#include <utility>
#include <vector>

namespace lumiverb::plugin {

/// Undo by whole states (MatchState, DryState): small, and nothing can be forgotten. Not thread-safe.
template <typename State>
class EditHistory
{
public:
    static constexpr std::size_t maxSteps = 64;

    void restart (State state)
    {
        steps_ = { std::move (state) };
        at_ = 0;
    }

    /// Adds a step unless nothing has changed since the last one. The editor's size is no edit.
    void commit (const State& state)
    {
        if (steps_.empty())
            return restart (state);
        if (sameEdits (steps_[at_], state))
            return;
        steps_.resize (at_ + 1);
        steps_.push_back (state);
        if (steps_.size() > maxSteps)
            steps_.erase (steps_.begin());
        at_ = steps_.size() - 1;
    }

    bool canUndo() const { return at_ > 0; }
    bool canRedo() const { return at_ + 1 < steps_.size(); }
    const State& undo() { return steps_[--at_]; }
    const State& redo() { return steps_[++at_]; }

private:
    static bool sameEdits (State a, const State& b)
    {
        a.editorWidth = b.editorWidth;
        a.editorHeight = b.editorHeight;
        return a == b;
    }

    std::vector<State> steps_;
    std::size_t at_ = 0;
};

}  // namespace lumiverb::plugin
