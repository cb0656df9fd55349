package dev.lockstep.core.compare;

import dev.lockstep.core.diagnosis.Case;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What more of a candidate can be looked at, to tell why one of its steps differs. */
interface CandidateSteps {

  /** Steps after the first divergence, with other batches, on which a cause must hold too. */
  int LATER = 2;

  /** Steps after those, which tell how long a cause holds. */
  int FURTHER = 4;

  /** Returns what the first step of the run was given. */
  Case.Start start();

  /** Returns up to so many steps after one that was read. */
  List<CandidateStep> after(CandidateStep step, int count);

  /** Returns what builds further models of the candidate, null if nothing does. */
  @Nullable ModelProvider candidate();

  /** Returns why nothing builds further models; empty if something does. */
  String silence();

  /** Of a candidate that is at hand: it takes further steps, and takes them back. */
  record Taken(NetworkSpec network, TrainingPlan plan, Model model, ModelProvider candidate)
      implements CandidateSteps {

    @Override
    public Case.Start start() {
      return new Case.Start(plan.batch(1), plan.masks(1), plan.initialState());
    }

    @Override
    public List<CandidateStep> after(CandidateStep step, int count) {
      List<CandidateStep> later = new ArrayList<>();
      try {
        ModelState now = model.state();
        try {
          model.restore(Objects.requireNonNull(step.after()));
          take(step, count, later);
        } finally {
          model.restore(now);
        }
      } catch (CandidateException e) {
        return later; // it differs already; what it does next is reported by the run
      }
      return later;
    }

    private void take(CandidateStep step, int count, List<CandidateStep> later) {
      Set<TensorKey> all = ExpectedTensor.keys(network);
      for (long next = step.step() + 1; next <= step.step() + count; next++) {
        Batch batch = plan.batch(next);
        ModelState before = model.state();
        Recording shown = new Recording(all);
        StepReadings.showPrediction(model, batch, shown);
        model.step(batch, plan.masks(next), shown);
        later.add(new CandidateStep(before, batch, plan.masks(next), shown, model.state()));
      }
    }

    @Override
    public String silence() {
      return "";
    }
  }
}
