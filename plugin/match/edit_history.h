// SPDX-License-Identifier: AGPL-3.0-or-later
#pragma once
#include "lumiverb/match/match_state.h"
#include <optional>
#include <vector>

namespace lumiverb::plugin {

/// Undo by whole states: small, and nothing can be forgotten. Not thread-safe.
class EditHistory
{
public:
    static constexpr std::size_t maxSteps = 64;

    void restart (MatchState state)
    {
        steps_ = { std::move (state) };
        at_ = 0;
    }

    /// Adds a step unless nothing has changed since the last one. The editor's size is no edit.
    void commit (const MatchState& state)
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
    const MatchState& undo() { return steps_[--at_]; }
    const MatchState& redo() { return steps_[++at_]; }

private:
    static bool sameEdits (const MatchState& a, const MatchState& b)
    {
        return a.active == b.active && a.slots[0] == b.slots[0] && a.slots[1] == b.slots[1];
    }

    std::vector<MatchState> steps_;
    std::size_t at_ = 0;
};

}  // namespace lumiverb::plugin
