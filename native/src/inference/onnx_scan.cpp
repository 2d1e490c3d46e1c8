// SPDX-License-Identifier: AGPL-3.0-or-later
#include "onnx_scan.h"
#include <algorithm>
#include <stdexcept>

namespace lumiverb {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Field numbers of onnx.proto3 (ONNX IR). Only those that lead to tensors, and the versions.
enum ModelField
{
    modelIrVersion = 1,
    modelGraph = 7,
    modelOpset = 8,
    modelTraining = 20,
    modelFunctions = 25
};
enum OpsetField
{
    opsetDomain = 1,
    opsetVersion = 2
};
enum GraphField
{
    graphNode = 1,
    graphInitializer = 5,
    graphSparse = 15
};
enum NodeField
{
    nodeAttribute = 5
};
enum AttributeField
{
    attributeTensor = 5,
    attributeGraph = 6,
    attributeTensors = 10,
    attributeGraphs = 11,
    attributeSparse = 22,
    attributeSparses = 23
};
enum SparseField
{
    sparseValues = 1,
    sparseIndices = 2
};
enum TensorField
{
    tensorExternal = 13,
    tensorLocation = 14
};
enum EntryField
{
    entryKey = 1,
    entryValue = 2
};
enum TrainingField
{
    trainingInitialisation = 1,
    trainingAlgorithm = 2
};
enum FunctionField
{
    functionNode = 7,
    functionAttribute = 11
};

constexpr int maxDepth = 32;
constexpr std::uint32_t locationExternal = 1;

[[noreturn]] void malformed() { throw std::invalid_argument ("it is not an ONNX model or it is damaged"); }

struct Field
{
    std::uint64_t number = 0;
    std::uint64_t value = 0;            // of a varint
    Bytes bytes;                        // of a length-delimited field
    bool isMessage = false;
};

/// Reads one message's fields in order; every length is checked against what is left.
class Reader
{
public:
    explicit Reader (Bytes message) : rest_ (message) {}

    bool next (Field& field)
    {
        if (rest_.empty())
            return false;
        const auto tag = varint();
        field = { tag >> 3, 0, {}, false };
        if (field.number == 0 || tag > 0xffffffffu)
            malformed();
        switch (tag & 7)
        {
            case 0: field.value = varint(); break;
            case 1: take (8); break;
            case 2:
                field.bytes = take (varint());
                field.isMessage = true;
                break;
            case 5: take (4); break;
            default: malformed();       // groups are not used by ONNX
        }
        return true;
    }

private:
    std::uint64_t varint()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            const auto byte = take (1)[0];
            value |= std::uint64_t (byte & 127) << shift;
            if (byte < 128)
                return value;
        }
        malformed();
    }

    Bytes take (std::uint64_t count)
    {
        if (count > rest_.size())
            malformed();
        const auto taken = rest_.first (static_cast<std::size_t> (count));
        rest_ = rest_.subspan (static_cast<std::size_t> (count));
        return taken;
    }

    Bytes rest_;
};

std::string text (Bytes bytes) { return { bytes.begin(), bytes.end() }; }

/// For an error message: short, one line, ASCII.
std::string printable (Bytes bytes)
{
    auto line = text (bytes.first (std::min<std::size_t> (bytes.size(), 200)));
    std::replace_if (line.begin(), line.end(), [] (char c) { return c < ' ' || c > '~'; }, '?');
    return line;
}

class Scanner
{
public:
    OnnxSummary scanModel (Bytes model)
    {
        bool hasGraph = false;
        each (model,
              [&] (const Field& f)
              {
                  if (f.number == modelIrVersion && ! f.isMessage)
                      summary_.irVersion = static_cast<std::int64_t> (f.value);
                  if (! f.isMessage)
                      return;
                  if (f.number == modelGraph)
                  {
                      hasGraph = true;
                      scanGraph (f.bytes, 0);
                  }
                  else if (f.number == modelOpset)
                      scanOpset (f.bytes);
                  else if (f.number == modelTraining)
                      each (f.bytes,
                            [&] (const Field& t)
                            {
                                if (t.isMessage && (t.number == trainingInitialisation || t.number == trainingAlgorithm))
                                    scanGraph (t.bytes, 0);
                            });
                  else if (f.number == modelFunctions)
                      each (f.bytes,
                            [&] (const Field& n)
                            {
                                if (n.isMessage && n.number == functionNode)
                                    scanNode (n.bytes, 0);
                                if (n.isMessage && n.number == functionAttribute)
                                    scanAttribute (n.bytes, 0);
                            });
              });
        if (! hasGraph || summary_.irVersion <= 0 || summary_.opset <= 0)
            malformed();
        return summary_;
    }

private:
    template <typename Visit>
    static void each (Bytes message, Visit&& visit)
    {
        Reader reader (message);
        Field field;
        while (reader.next (field))
            visit (field);
    }

    void scanOpset (Bytes message)
    {
        std::string domain;
        std::int64_t version = 0;
        each (message,
              [&] (const Field& f)
              {
                  if (f.number == opsetDomain && f.isMessage)
                      domain = text (f.bytes);
                  if (f.number == opsetVersion && ! f.isMessage)
                      version = static_cast<std::int64_t> (f.value);
              });
        if (domain.empty() || domain == "ai.onnx")
            summary_.opset = version;
    }

    void scanGraph (Bytes message, int depth)
    {
        if (depth > maxDepth)
            malformed();
        each (message,
              [&] (const Field& f)
              {
                  if (! f.isMessage)
                      return;
                  if (f.number == graphNode)
                      scanNode (f.bytes, depth);
                  else if (f.number == graphInitializer)
                      scanTensor (f.bytes);
                  else if (f.number == graphSparse)
                      scanSparse (f.bytes);
              });
    }

    void scanNode (Bytes message, int depth)
    {
        each (message,
              [&] (const Field& f)
              {
                  if (f.isMessage && f.number == nodeAttribute)
                      scanAttribute (f.bytes, depth);
              });
    }

    void scanAttribute (Bytes message, int depth)
    {
        each (message,
              [&] (const Field& f)
              {
                  if (! f.isMessage)
                      return;
                  if (f.number == attributeTensor || f.number == attributeTensors)
                      scanTensor (f.bytes);
                  else if (f.number == attributeSparse || f.number == attributeSparses)
                      scanSparse (f.bytes);
                  else if (f.number == attributeGraph || f.number == attributeGraphs)
                      scanGraph (f.bytes, depth + 1);
              });
    }

    void scanSparse (Bytes message)
    {
        each (message,
              [&] (const Field& f)
              {
                  if (f.isMessage && (f.number == sparseValues || f.number == sparseIndices))
                      scanTensor (f.bytes);
              });
    }

    void scanTensor (Bytes message)
    {
        each (message,
              [&] (const Field& f)
              {
                  if (f.number == tensorLocation && ! f.isMessage && static_cast<std::uint32_t> (f.value) == locationExternal)
                      summary_.externalData = true;
                  if (f.number == tensorExternal && f.isMessage)
                      noteExternal (f.bytes);
              });
    }

    void noteExternal (Bytes entry)
    {
        summary_.externalData = true;
        bool isLocation = false;
        each (entry,
              [&] (const Field& f)
              {
                  if (f.number == entryKey && f.isMessage)
                      isLocation = text (f.bytes) == "location";
                  if (f.number == entryValue && f.isMessage && isLocation)
                      summary_.externalLocation = printable (f.bytes);
              });
    }

    OnnxSummary summary_;
};

}  // namespace

OnnxSummary scanOnnx (std::span<const std::uint8_t> model) { return Scanner().scanModel (model); }

}  // namespace lumiverb
